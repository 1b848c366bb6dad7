namespace Patterns.Postgres;

/// <summary>What all parts of one group share.</summary>
internal sealed class GroupContext<TRequest, TResult>
{
    public GroupContext(IPostgres postgres, GroupStatement<TRequest, TResult> statement, GroupOptions<TRequest> options)
    {
        Postgres = postgres;
        Statement = statement;
        Options = options;
        Telemetry = new(statement.Name);
        Depth = new(Telemetry);
    }

    public IPostgres Postgres { get; }

    public GroupStatement<TRequest, TResult> Statement { get; }

    public GroupOptions<TRequest> Options { get; }

    public GroupTelemetry Telemetry { get; }

    public GroupDepth Depth { get; }

    /// <summary>Requests that are blocked by somebody else's lock run here, four at a time in all lanes together.</summary>
    public SemaphoreSlim Outside { get; } = new(4);
}
