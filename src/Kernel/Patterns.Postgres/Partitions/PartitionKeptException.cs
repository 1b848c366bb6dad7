namespace Patterns.Postgres;

/// <summary>The application's own code failed on a partition that is to be dropped.</summary>
internal sealed class PartitionKeptException(string message, Exception inner) : Exception(message, inner);
