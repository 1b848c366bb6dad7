namespace Patterns.Postgres;

/// <summary>A partition as the server's catalog has it, whoever made it.</summary>
internal sealed record Partition(string Table, string Name, bool IsDefault, DateTimeOffset From, DateTimeOffset To)
{
    public bool Covers(PartitionBounds bounds) => !IsDefault && From <= bounds.From && To >= bounds.To;

    public bool Holds(DateTimeOffset at) => !IsDefault && From <= at && at < To;
}
