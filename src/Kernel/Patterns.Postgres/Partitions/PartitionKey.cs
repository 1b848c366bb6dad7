namespace Patterns.Postgres;

/// <summary>What tells the time of a row of a partitioned table.</summary>
public enum PartitionKey
{
    /// <summary>A column of type <c>timestamptz</c>.</summary>
    Timestamp,

    /// <summary>
    /// A column of type <c>uuid</c> that holds version 7 (RFC 9562, section 5.7), whose first 48 bits are the milliseconds since 1970. So the id alone can be the primary key, which keeps it unique over all partitions.
    /// </summary>
    UuidV7,
}
