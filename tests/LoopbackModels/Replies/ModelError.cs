namespace LoopbackModels;

/// <summary>An error response.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body, as it goes over the wire.</param>
public sealed record ModelError(int Status, string Body) : ModelReply
{
    /// <summary>The body's media type.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>Repeats the body up to at least this length, without holding it in memory; zero sends it once.</summary>
    public long Length { get; init; }
}
