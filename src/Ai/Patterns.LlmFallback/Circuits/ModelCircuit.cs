using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Patterns.LlmFallback;

/// <summary>
/// The circuit of one client, shared by the chains that use it. Thread-safe. It opens by itself when too many calls of the window failed, and is forced open by faults that say how long waiting is of use. When the time
/// is over, one attempt at a time may probe; its success closes the circuit.
/// </summary>
internal sealed class ModelCircuit(LlmCircuitOptions options, TimeProvider time, ILogger? logger = null, string? name = null)
{
    private readonly ILogger _logger = logger ?? NullLogger.Instance;
    private readonly string _name = name ?? "";
    private readonly Lock _gate = new();
    private readonly CallWindow _window = new(Ticks(options.Window, time));

    // The generation while the circuit is closed, else 0: all that the healthy path reads, and it reads it without the lock.
    private volatile int _closed = 1;
    private int _generation = 1;
    private long _reopens;
    private bool _probing;
    private int _breaks;
    private bool _refused;
    private volatile bool _isTried;
    private LlmFaultKind? _lastFault;

    /// <summary>Whether an attempt at the client has ended: what the client makes when it is first asked, such as its wire handler, is there.</summary>
    public bool IsTried => _isTried;

    /// <summary>Lets an attempt through: always when closed; one at a time when the break is over; never while open.</summary>
    public bool TryEnter(out CircuitPass pass)
    {
        if (_closed is > 0 and var generation)
        {
            pass = new(false, generation);
            return true;
        }

        lock (_gate)
        {
            pass = new(_closed == 0, _generation);
            if (_closed > 0)
                return true;
            if (_probing || time.GetTimestamp() < _reopens)
                return false;

            _probing = true;
            return true;
        }
    }

    /// <summary>Lets an attempt through although the circuit is open: for the model that reopens first when all are open. Its success closes the circuit.</summary>
    public CircuitPass EnterOpen()
    {
        lock (_gate)
            return new(false, _generation);
    }

    /// <summary>The attempt was answered.</summary>
    /// <param name="pass">What let the attempt through.</param>
    /// <param name="begun">The clock's timestamp when it began, if that is known: reading the clock is most of what counting an answer costs.</param>
    public void Succeeded(CircuitPass pass, long? begun = null)
    {
        _isTried = true;
        lock (_gate)
        {
            if (pass.Generation != _generation)
                return;

            _refused = false;
            if (_closed > 0)
                _window.Add(begun ?? time.GetTimestamp(), failed: false);
            else
                Close();
        }
    }

    /// <summary>The attempt failed: what the kind does to the circuit is done.</summary>
    public void Failed(CircuitPass pass, LlmFault fault)
    {
        _isTried = true;
        lock (_gate)
        {
            var isCurrent = pass.Generation == _generation;
            if (isCurrent && pass.IsProbe)
                _probing = false;

            // A hold that an earlier life's attempt brings still counts while the model is not known to be well again.
            if (HoldOf(fault) is { } hold)
            {
                if (isCurrent || _closed == 0)
                    Hold(hold, fault.Kind);
            }
            else if (isCurrent && CountsAsFailure(fault.Kind))
            {
                Count(pass, fault.Kind);
            }
        }
    }

    /// <summary>The attempt ended without a verdict on the model (cancelled, refused for what the request was). A probe's place is free again.</summary>
    public void Released(CircuitPass pass)
    {
        _isTried = true;
        if (!pass.IsProbe)
            return;

        lock (_gate)
        {
            if (pass.Generation == _generation)
                _probing = false;
        }
    }

    /// <summary>Opens the circuit until a time, unless it is open for longer already: for what headers or operators say.</summary>
    public void OpenUntil(DateTimeOffset until, LlmFaultKind? why)
    {
        lock (_gate)
        {
            if (until - time.GetUtcNow() is { Ticks: > 0 } hold)
                Hold(hold, why);
        }
    }

    public void Reset()
    {
        lock (_gate)
        {
            Close();
            _refused = false;
            _lastFault = null;
        }
    }

    /// <summary>When the circuit lets a probe through; the past when it does so now.</summary>
    public DateTimeOffset ReopensAt
    {
        get
        {
            lock (_gate)
                return _closed > 0 ? time.GetUtcNow() : UtcOf(_reopens);
        }
    }

    public LlmModelStatus Status(string model)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _window.Slide(now);
            var state = _closed > 0 ? LlmCircuitState.Closed : now < _reopens ? LlmCircuitState.Open : LlmCircuitState.HalfOpen;
            return new(model, state, state == LlmCircuitState.Open ? UtcOf(_reopens) : null, _lastFault, _window.Calls, _window.Failures);
        }
    }

    /// <summary>How long the fault forces the circuit open; null when it does not.</summary>
    private TimeSpan? HoldOf(LlmFault fault) => fault.Kind switch
    {
        // Without a stated wait a rate limit counts like a failure, or a provider that states none would be asked for ever.
        LlmFaultKind.RateLimited when fault.Wait is { Ticks: > 0 } wait => wait < options.MaxRateLimitHold ? wait : options.MaxRateLimitHold,
        LlmFaultKind.QuotaExhausted when fault.ResetAt is { } reset && reset > time.GetUtcNow() => reset - time.GetUtcNow(),
        LlmFaultKind.QuotaExhausted => fault.Wait > options.QuotaHold ? fault.Wait : options.QuotaHold,
        LlmFaultKind.Authentication => options.AuthenticationHold,
        LlmFaultKind.ModelUnavailable => options.UnavailableHold,
        _ => null,
    };

    private static bool CountsAsFailure(LlmFaultKind kind) => kind is LlmFaultKind.Overloaded or LlmFaultKind.ServerError or LlmFaultKind.Timeout or LlmFaultKind.Network or LlmFaultKind.RateLimited or LlmFaultKind.Unknown;

    private void Count(CircuitPass pass, LlmFaultKind kind)
    {
        _lastFault = kind;
        if (_closed > 0)
        {
            _window.Add(time.GetTimestamp(), failed: true);
            if (_window.Calls >= options.MinimumCalls && _window.Failures >= options.FailureRatio * _window.Calls)
                Break(kind);
        }
        else if (pass.IsProbe)
        {
            Break(kind);
        }
    }

    private void Break(LlmFaultKind kind)
    {
        var length = TimeSpan.FromSeconds(Math.Min(options.Break.TotalSeconds * Math.Pow(2, _breaks), options.MaxBreak.TotalSeconds));
        _breaks = Math.Min(_breaks + 1, 62);
        Open(time.GetTimestamp() + Ticks(length, time));
        CircuitLog.Broken(_logger, _name, kind, length.TotalSeconds);
    }

    private void Hold(TimeSpan hold, LlmFaultKind? why)
    {
        _lastFault = why ?? _lastFault;
        if (why == LlmFaultKind.Authentication && !_refused)
        {
            _refused = true;
            CircuitLog.Refused(_logger, _name, hold.TotalSeconds);
        }

        var until = time.GetTimestamp() + Ticks(hold, time);
        if (_closed > 0 || until > _reopens)
            Open(until);
    }

    private void Open(long until)
    {
        _closed = 0;
        _generation++;
        _reopens = until;
        _probing = false;
        _window.Clear();
    }

    private void Close()
    {
        _generation++;
        _closed = _generation;
        _probing = false;
        _breaks = 0;
        _window.Clear();
    }

    private DateTimeOffset UtcOf(long timestamp) => time.GetUtcNow() + time.GetElapsedTime(time.GetTimestamp(), timestamp);

    private static long Ticks(TimeSpan length, TimeProvider time) => (long)((Int128)length.Ticks * time.TimestampFrequency / TimeSpan.TicksPerSecond);
}
