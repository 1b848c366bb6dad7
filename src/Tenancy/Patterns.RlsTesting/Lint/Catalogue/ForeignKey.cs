namespace Patterns.RlsTesting;

/// <summary>A foreign key.</summary>
/// <remarks>
/// Actions: what it does when the referenced row changes: <c>ON DELETE CASCADE</c> and so on, with a leading space where there is any.
/// </remarks>
internal sealed record ForeignKey(string Name, uint Target, IReadOnlyList<string> Columns, IReadOnlyList<string> TargetColumns, char OnDelete, string Actions);
