namespace Patterns.LlmFallback;

/// <summary>When the circuit of a model opens, and for how long. Shared by all chains of the process, as a model's circuit is.</summary>
public sealed class LlmCircuitOptions
{
    /// <summary>The time over which calls are judged. Default 30 s; 1 s to 1 hour.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many calls the window must hold before it is judged. Default 10; 1 to 10,000.</summary>
    public int MinimumCalls { get; set; } = 10;

    /// <summary>The share of failures that opens the circuit. Default 0.5; above 0, up to 1.</summary>
    public double FailureRatio { get; set; } = 0.5;

    /// <summary>The first break. Default 15 s. It doubles with each break that a failed probe follows.</summary>
    public TimeSpan Break { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest break. Default 5 minutes; not below <see cref="Break"/>.</summary>
    public TimeSpan MaxBreak { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest time that a rate limit opens the circuit, whatever wait the provider states (Azure states up to 24 hours). Default 5 minutes.</summary>
    public TimeSpan MaxRateLimitHold { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long an exhausted quota opens the circuit when the provider states no reset. Default 10 minutes.</summary>
    public TimeSpan QuotaHold { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a refused key opens the circuit. Default 5 minutes.</summary>
    public TimeSpan AuthenticationHold { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a model that does not exist opens the circuit. Default 10 minutes.</summary>
    public TimeSpan UnavailableHold { get; set; } = TimeSpan.FromMinutes(10);
}
