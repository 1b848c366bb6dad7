namespace Patterns.Postgres;

/// <summary>Tables whose names depend on options: they are described together when the first is needed.</summary>
internal sealed record TimePartitionSet(string Name, Func<IServiceProvider, IEnumerable<TimePartitioning>> Describe);
