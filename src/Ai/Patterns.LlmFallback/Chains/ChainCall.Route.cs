using System.Diagnostics.CodeAnalysis;

namespace Patterns.LlmFallback;

/// <content>Which models a call may ask, in which order.</content>
internal abstract partial class ChainCall<TAnswer>
{
    private int _position;
    private ChainModel? _reopensFirst;
    private long _windowAbove = -1;
    private long _bytesAbove = -1;

    private bool TryTakeNext([NotNullWhen(true)] out ChainModel? model, out CircuitPass pass)
    {
        while (_position < _candidates)
        {
            model = At(_position++);
            if (Unfit(model) is { } reason)
            {
                Skip(model, reason);
                continue;
            }

            if (model.Circuit.TryEnter(out pass))
                return true;
            Skip(model, "circuit_open");
            if (_asked == 0 && (_reopensFirst is null || model.Circuit.ReopensAt < _reopensFirst.Circuit.ReopensAt))
                _reopensFirst = model;
        }

        // All that could serve the call are open: asking the one that reopens first may succeed, and failing cannot.
        model = _asked == 0 ? _reopensFirst : null;
        _reopensFirst = null;
        pass = model is null ? default : model.Circuit.EnterOpen();
        return model is not null;
    }

    /// <summary>The chain's order, but for the model that last answered the conversation, which comes first.</summary>
    private ChainModel At(int position)
    {
        var models = Chain.Models;
        if (_sticky is null)
            return models[position];
        return position == 0 ? _sticky : models[position <= _sticky.Place ? position - 1 : position];
    }

    private string? Unfit(ChainModel model)
    {
        // What the provider holds, or what its own tools did, means nothing to another provider.
        if (!ReferenceEquals(model, At(0)) && Needs.IsBound && !string.Equals(model.Provider, At(0).Provider, StringComparison.OrdinalIgnoreCase))
            return "other_provider";
        if (Needs.MissingFrom(model.Options) is { } missing)
            return missing;
        if (_windowAbove >= 0 && !(model.Options.ContextWindow > _windowAbove))
            return "context_window";
        if (_bytesAbove >= 0 && !(model.Options.MaxRequestBytes > _bytesAbove))
            return "request_bytes";
        if (_costs is not null && !_costs.Allows(model.Options, Needs))
            return "cost";
        return model.Options.OnlyWhen is { } only && !only(Request()) ? "only_when" : null;
    }

    protected LlmRequest Request() => new(Chain.Name, CallId, Messages, Options, Needs.InputTokens, Attempts);

    private void Skip(ChainModel model, string reason)
    {
        (_attempts ??= []).Add(new LlmAttempt(model.Name, LlmFaultKind.Skipped, null, reason, null, null, TimeSpan.Zero, null));
        Telemetry.CountSkip(Chain.Name, model.Name, reason);
    }
}
