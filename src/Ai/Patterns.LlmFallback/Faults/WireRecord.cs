namespace Patterns.LlmFallback;

/// <summary>What <see cref="LlmWireHandler"/> saw of one attempt. The handler finds it by the flow of the call; nothing flows while no handler was ever made.</summary>
internal sealed class WireRecord
{
    private static readonly AsyncLocal<WireRecord?> Flow = new();

    /// <summary>Whether any handler was made in this process.</summary>
    public static bool InUse { get; set; }

    public static WireRecord? Current
    {
        get => InUse ? Flow.Value : null;
        set => Flow.Value = value;
    }

    /// <summary>How many requests the SDK sent for the attempt.</summary>
    public int Requests { get; set; }

    /// <summary>The status of the last response; null when none came.</summary>
    public int? Status { get; set; }

    /// <summary>Whether a byte of any response was received.</summary>
    public bool ReceivedAny => Status is not null;

    public IReadOnlyDictionary<string, string> Headers { get; set; } = System.Collections.Frozen.FrozenDictionary<string, string>.Empty;

    /// <summary>The first 64 KiB of the body of an error.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }
}
