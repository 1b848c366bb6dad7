namespace Patterns.WebhookDedup;

/// <summary>Where a stored event stands.</summary>
public enum WebhookState
{
    /// <summary>To be worked on, for the first time or again.</summary>
    Pending,

    /// <summary>Being worked on, or left by a process that ended; then it is due again when its lease has run out.</summary>
    Leased,

    /// <summary>Its work is committed.</summary>
    Done,

    /// <summary>Its type has no handler, or its handler said that there was nothing to do.</summary>
    Ignored,

    /// <summary>Not run, because an event with a higher position had been applied (<see cref="WebhookOrdering.LatestWins"/>).</summary>
    Superseded,

    /// <summary>All of its attempts failed.</summary>
    Dead,
}
