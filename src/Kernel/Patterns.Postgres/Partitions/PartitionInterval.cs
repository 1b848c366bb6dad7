namespace Patterns.Postgres;

/// <summary>How long the time is that one partition holds. Bounds are in UTC.</summary>
public enum PartitionInterval
{
    /// <summary>An hour.</summary>
    Hour,

    /// <summary>A day.</summary>
    Day,

    /// <summary>A week, from Monday (ISO 8601).</summary>
    Week,

    /// <summary>A calendar month.</summary>
    Month,
}
