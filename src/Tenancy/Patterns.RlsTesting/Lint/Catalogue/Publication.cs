namespace Patterns.RlsTesting;

/// <summary>A publication that carries a table.</summary>
/// <param name="Name">The publication.</param>
/// <param name="IsListed">The table is named in it; otherwise it comes with its schema or with all tables.</param>
/// <param name="IsFiltered">It has a row filter.</param>
internal sealed record Publication(string Name, bool IsListed, bool IsFiltered);
