namespace Patterns.RlsTesting;

/// <summary>A column, by its name as the catalogue has it.</summary>
internal sealed record Column(string Name, string Type, bool IsNullable);
