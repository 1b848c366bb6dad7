using System.Collections.Frozen;

namespace Patterns.LlmFallback;

/// <summary>What <see cref="LlmWireHandler"/> saw of one attempt. The handler finds it by the flow of the call; nothing flows while no handler was ever made.</summary>
internal sealed class WireRecord
{
    private static readonly AsyncLocal<WireRecord?> Flow = new();
    private static volatile bool inUse;

    private volatile byte[]? _streamError;

    /// <summary>Whether any handler was made in this process.</summary>
    public static bool InUse
    {
        get => inUse;
        set => inUse = value;
    }

    /// <summary>A record for an attempt; null when no handler can see it. The first attempt at a client has one in any case, since many a client makes its handler only then.</summary>
    public static WireRecord? For(ModelCircuit circuit) => InUse || !circuit.IsTried ? new() : null;

    public static WireRecord? Current
    {
        get => InUse ? Flow.Value : null;
        set => Flow.Value = value;
    }

    /// <summary>How many requests the SDK sent for the attempt.</summary>
    public int Requests { get; private set; }

    /// <summary>The status of the last request's response; null when none came.</summary>
    public int? Status { get; private set; }

    /// <summary>Whether any request of the attempt was answered, be it by an error.</summary>
    public bool ReceivedAny { get; private set; }

    /// <summary>Of an error all headers, of an answer the rate limits and the request id.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; private set; } = FrozenDictionary<string, string>.Empty;

    /// <summary>The first 64 KiB of the body of an error, or the data of the error event of a stream that began well.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>Whether the stream of a success carried an error event. Some SDKs pass over it in silence.</summary>
    public bool HasStreamError => _streamError is not null;

    /// <summary>Whether the last request is answered by a stream of events, whose answer says by a finish reason that it is whole.</summary>
    public bool IsEventStream { get; private set; }

    public void Sending()
    {
        Requests++;
        IsEventStream = false;
        Status = null;
        Headers = FrozenDictionary<string, string>.Empty;
        Body = default;
        _streamError = null;
    }

    public void Answered(int status, IReadOnlyDictionary<string, string> headers)
    {
        ReceivedAny = true;
        Headers = headers;
        Status = status;
    }

    public void Streams() => IsEventStream = true;

    public void Failed(ReadOnlyMemory<byte> body) => Body = body;

    public void StreamFailed(byte[] data)
    {
        if (_streamError is not null)
            return;

        Body = data;
        _streamError = data;
    }
}
