namespace Patterns.LlmFallback;

/// <summary>The circuit of one client, shared by the chains that use it. Thread-safe.</summary>
internal sealed class ModelCircuit(LlmCircuitOptions options, TimeProvider time)
{
    /// <summary>Lets an attempt through: always when closed; one at a time when the break is over; never while open.</summary>
    public bool TryEnter(out CircuitPass pass)
    {
        pass = default;
        return true;
    }

    /// <summary>Lets an attempt through although the circuit is open: for the model that reopens first when all are open.</summary>
    public CircuitPass EnterOpen() => default;

    /// <summary>The attempt was answered.</summary>
    public void Succeeded(CircuitPass pass)
    {
    }

    /// <summary>The attempt failed: what the kind does to the circuit is done.</summary>
    public void Failed(CircuitPass pass, LlmFault fault)
    {
    }

    /// <summary>The attempt ended without a verdict on the model (cancelled, refused for what the request was). A probe's place is free again.</summary>
    public void Released(CircuitPass pass)
    {
    }

    /// <summary>Opens the circuit until a time, unless it is open for longer already: for what headers or operators say.</summary>
    public void OpenUntil(DateTimeOffset until, LlmFaultKind? why)
    {
    }

    public void Reset()
    {
    }

    /// <summary>When the circuit lets a probe through; the past when it does so now.</summary>
    public DateTimeOffset ReopensAt => time.GetUtcNow();

    public LlmModelStatus Status(string model) => new(model, LlmCircuitState.Closed, null, null, 0, options.MinimumCalls * 0);
}
