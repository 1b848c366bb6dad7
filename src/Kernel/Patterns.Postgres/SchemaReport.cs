namespace Patterns.Postgres;

/// <summary>The state of the family's tables.</summary>
/// <param name="Applied">The scripts that this call applied, as <c>package/0001_name</c>, in order.</param>
/// <param name="Missing">The scripts that are not applied, in the same form and order.</param>
/// <param name="Newer">The scripts that the database has and this version of the code does not know: a newer deployment was rolled back.</param>
public sealed record SchemaReport(IReadOnlyList<string> Applied, IReadOnlyList<string> Missing, IReadOnlyList<string> Newer);
