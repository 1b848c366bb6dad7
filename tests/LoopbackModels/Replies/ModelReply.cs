namespace LoopbackModels;

/// <summary>What the server does with one request.</summary>
public abstract record ModelReply
{
    /// <summary>Headers beside the provider's own; they replace those of the same name. An empty value takes a header away.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where the server waits before it answers with anything.</summary>
    public Gate? Gate { get; init; }

    /// <summary>Where the connection ends too early; null when it does not.</summary>
    public Cut? Cut { get; init; }

    /// <summary>The same reply with a header more.</summary>
    /// <param name="name">The header's name.</param>
    /// <param name="value">Its value.</param>
    public ModelReply With(string name, string value) => this with { Headers = new Dictionary<string, string>(Headers, StringComparer.OrdinalIgnoreCase) { [name] = value } };

    /// <summary>The connection is reset before a byte of an answer.</summary>
    public static ModelReply Hangup { get; } = new Hangup();
}
