namespace Patterns.RlsTesting;

/// <summary>One rule of the catalogue.</summary>
/// <param name="Id">Its stable name.</param>
/// <param name="Severity">How bad what it finds is, unless the sighting says otherwise.</param>
/// <param name="Find">Looks for it.</param>
internal sealed record Rule(string Id, Severity Severity, Func<Inventory, IEnumerable<Sighting>> Find);
