using Microsoft.Extensions.Logging;

namespace Patterns.LlmFallback;

/// <summary>One chain, with all that its calls need worked out before the first of them.</summary>
internal sealed class Chain : IModelChain
{
    public Chain(string name, IReadOnlyList<ChainModel> models, LlmChainOptions options, EvidenceReader evidence, FaultClassifier faults, TimeProvider time, ILogger logger)
    {
        (Name, Models, Options, Evidence, Faults, Time, Logger) = (name, [.. models], options, evidence, faults, time, logger);
        Crossing = new HistoryCrossing(Models);
        Sticky = new StickyModels(options.StickyFor, time);
        Clocks = new AttemptClocks(time);
        Hedging = options.HedgeAfter is null || Models.Length == 1 ? null : new HedgeAllowance(options.MaxHedgedShare);
        (Total, AttemptTime, FirstToken, Idle) = (Ticks(options.TotalTimeout), Ticks(options.AttemptTimeout), Ticks(options.FirstTokenTimeout), Ticks(options.IdleTimeout));
        Telemetry.Watch(this);
    }

    public string Name { get; }

    public ChainModel[] Models { get; }

    public IEnumerable<(string Model, ModelCircuit Circuit)> Circuits => Models.Select(static model => (model.Name, model.Circuit));

    public LlmChainOptions Options { get; }

    public EvidenceReader Evidence { get; }

    public FaultClassifier Faults { get; }

    public HistoryCrossing Crossing { get; }

    public StickyModels Sticky { get; }

    public AttemptClocks Clocks { get; }

    /// <summary>Null when the chain does not hedge.</summary>
    public HedgeAllowance? Hedging { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    /// <summary>The time of a whole call in the clock's ticks.</summary>
    public long Total { get; }

    public long AttemptTime { get; }

    public long FirstToken { get; }

    public long Idle { get; }

    public long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Time.TimestampFrequency);
}
