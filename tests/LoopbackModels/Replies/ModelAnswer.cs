namespace LoopbackModels;

/// <summary>An answer of the model, in no provider's words.</summary>
public sealed record ModelAnswer : ModelReply
{
    /// <summary>What it says, in order.</summary>
    public IReadOnlyList<AnswerPart> Parts { get; init; } = [];

    /// <summary>What it used; null leaves the usage out of a stream's end.</summary>
    public ModelUsage? Usage { get; init; } = new();

    /// <summary>The provider's word for why it stopped; null takes its usual one for text or for tool calls.</summary>
    public string? Finish { get; init; }

    /// <summary>Where the server waits before the piece of this number (from 0) of a stream; lifecycle events have gone out then.</summary>
    public (int Piece, Gate Gate)? Stall { get; init; }

    /// <summary>An error event instead of the piece of this number (from 0) of a stream, which it ends. The body is the provider's.</summary>
    public (int Piece, string Body)? Fails { get; init; }

    /// <summary>A time before every piece of a stream, by the server's clock.</summary>
    public TimeSpan Pace { get; init; }

    /// <summary>Gemini: why the prompt was refused (<c>promptFeedback.blockReason</c>); the answer has no candidate then.</summary>
    public string? BlockReason { get; init; }

    /// <summary>The vectors of an embedding answer; null makes one of four numbers for each input.</summary>
    public IReadOnlyList<float[]>? Vectors { get; init; }

    /// <summary>The answer's id in the provider's form is made of this.</summary>
    public string Id { get; init; } = "a1b2c3d4e5f6g7h8";

    /// <summary>Plain text; each piece is an event of a stream.</summary>
    /// <param name="pieces">The text, in pieces.</param>
    public static ModelAnswer Text(params string[] pieces) => new() { Parts = [new TextPart(pieces)] };

    /// <summary>The text of a whole answer.</summary>
    public string WholeText => string.Concat(Parts.OfType<TextPart>().SelectMany(static p => p.Pieces));
}
