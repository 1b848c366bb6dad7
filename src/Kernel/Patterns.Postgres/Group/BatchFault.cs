namespace Patterns.Postgres;

/// <summary>Whom the failure of a batch concerns, and so what follows from it.</summary>
internal enum BatchFault
{
    /// <summary>None.</summary>
    None,

    /// <summary>A row: halve the batch until it is found.</summary>
    Row,

    /// <summary>A lock that somebody else holds: halve the batch until the blocked request is found.</summary>
    Lock,

    /// <summary>A deadlock or a serialization failure: send the batch again.</summary>
    Conflict,

    /// <summary>A missing time partition: make it, and send the batch again.</summary>
    MissingPartition,

    /// <summary>Every request of the batch, and nothing was applied.</summary>
    Everybody,

    /// <summary>No connection could be had: the batch and everything behind it, and nothing was sent.</summary>
    NotOpened,

    /// <summary>Every request of the batch, and nobody knows whether it was applied.</summary>
    Lost,

    /// <summary>The statement answered what was not asked, after its transaction was complete.</summary>
    Answers,
}
