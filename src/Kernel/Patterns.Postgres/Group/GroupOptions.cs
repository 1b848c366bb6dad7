namespace Patterns.Postgres;

/// <summary>How a group forms its batches, and what bounds it.</summary>
/// <typeparam name="TRequest">What a caller asks.</typeparam>
public sealed class GroupOptions<TRequest>
{
    /// <summary>How many statements may be on their way at once, 1 to 16, each on a connection of its own. Two keep the server busy while answers travel. Default: 2.</summary>
    public int Lanes { get; set; } = 2;

    /// <summary>The most requests in a batch, 1 to 10,000. Default: 512.</summary>
    public int MaxBatch { get; set; } = 512;

    /// <summary>The most bytes in a batch, by <see cref="SizeOf"/>; a larger request goes alone. 1 or more; default: 1 MiB.</summary>
    public int MaxBatchBytes { get; set; } = 1 << 20;

    /// <summary>How many bytes a request is, about. Default: <see langword="null"/>, sizes do not count.</summary>
    public Func<TRequest, int>? SizeOf { get; set; }

    /// <summary>
    /// What a request locks. All requests of one key go through one lane in the order in which they arrived, and a batch is sorted by key (ordinally, equal keys by arrival), so that
    /// all batches lock rows in one order. Default: <see langword="null"/>, requests are independent.
    /// </summary>
    public Func<TRequest, string>? OrderBy { get; set; }

    /// <summary>Never two requests of one <see cref="OrderBy"/> key in a batch, as <c>ON CONFLICT DO UPDATE</c> needs it. Default: off.</summary>
    public bool UniqueKeys { get; set; }

    /// <summary>Only requests of one such value in a batch, for statements that run under one tenant's row-level security. Default: <see langword="null"/>, anything goes together.</summary>
    public Func<TRequest, string>? BatchBy { get; set; }

    /// <summary>
    /// Whose request it is: batches take one request of each in rotation, so that one tenant's flood delays another's request by two batches at most. Order of arrival then holds within
    /// a tenant. Default: <see langword="null"/>, first come, first served.
    /// </summary>
    public Func<TRequest, string>? FairBy { get; set; }

    /// <summary>How many requests may be queued, those on their way not counted. 1 or more; default: 10,000.</summary>
    public int QueueLimit { get; set; } = 10_000;

    /// <summary>What a call meets at the limit. Default: <see cref="QueueFullMode.Wait"/>.</summary>
    public QueueFullMode QueueFull { get; set; } = QueueFullMode.Wait;

    /// <summary>
    /// How long a batch may wait for a lock. Then it is halved until the blocked request is found, which goes on alone, outside the lanes, for up to <see cref="CommandTimeout"/>: a row
    /// that somebody's session holds does not stop the others. 1 ms or more; default: 500 ms.
    /// </summary>
    public TimeSpan BatchLockTimeout { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a statement may take. 1 s to an hour; default: 30 s.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a stopping group goes on sending what is queued. 0 to a day; default: 10 s.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock of <see cref="DrainTimeout"/>. Default: the system's.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;
}
