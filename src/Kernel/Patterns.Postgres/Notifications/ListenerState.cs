namespace Patterns.Postgres;

/// <summary>What the process hears.</summary>
internal enum ListenerState
{
    /// <summary>Nobody has subscribed, or the first connection is being made.</summary>
    Idle,

    /// <summary>The connection has heard itself, and notifications arrive.</summary>
    Listening,

    /// <summary>There is no connection; the next attempt follows, and with it a resync.</summary>
    Lost,

    /// <summary>LISTEN is accepted and nothing is ever heard, as behind a transaction pooler: a resync every few seconds stands in.</summary>
    Deaf,
}
