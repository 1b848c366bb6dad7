namespace Patterns.Postgres;

/// <summary>What all parts of one group share.</summary>
internal sealed class GroupContext<TRequest, TResult> : IDisposable
{
    private readonly IdleConnections _idle;

    public GroupContext(IPostgres postgres, GroupStatement<TRequest, TResult> statement, GroupOptions<TRequest> options, Func<TimeSpan, bool> closeOlderThan)
    {
        Postgres = postgres;
        Statement = statement;
        Options = options;
        Telemetry = new(statement.Name);
        Depth = new(Telemetry);
        _idle = new(options.Time, closeOlderThan);
    }

    public IPostgres Postgres { get; }

    public GroupStatement<TRequest, TResult> Statement { get; }

    public GroupOptions<TRequest> Options { get; }

    public GroupTelemetry Telemetry { get; }

    public GroupDepth Depth { get; }

    /// <summary>Requests that are blocked by somebody else's lock run here, four at a time in all lanes together.</summary>
    public SemaphoreSlim Outside { get; } = new(4);

    /// <summary>A lane keeps its open connection.</summary>
    public void ScheduleClosing() => _idle.Schedule();

    public void Dispose() => _idle.Dispose();
}
