namespace Patterns.Postgres;

/// <summary>How far a call has come. Only ever forward, but for one step back: a sent call whose batch was rolled back may wait again.</summary>
internal enum CallState
{
    /// <summary>Not yet in the queue.</summary>
    New,

    /// <summary>In the queue: may still be taken out, and then nothing was sent.</summary>
    Waiting,

    /// <summary>In a batch: what becomes of it is decided there.</summary>
    Sent,

    /// <summary>Its caller has been told, by whoever moved it here, and by nobody else.</summary>
    Answered,
}
