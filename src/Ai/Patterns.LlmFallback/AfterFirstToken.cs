namespace Patterns.LlmFallback;

/// <summary>What happens when a stream breaks after its first content reached the reader.</summary>
public enum AfterFirstToken
{
    /// <summary>The reader gets an <see cref="LlmStreamInterruptedException"/> with the text so far. Nothing is asked again.</summary>
    Fail,

    /// <summary>An empty update with <c>patterns.restart</c> = true in its additional properties precedes the whole stream of the next model: the reader throws away what it has.</summary>
    Restart,

    /// <summary>
    /// Text only: the next model is told, by a user message, what was already said and to go on from there, and its stream continues the first. Once a tool call or anything but text or
    /// reasoning was emitted, and where the answer is to be JSON, this is refused, and the reader gets the <see cref="LlmStreamInterruptedException"/>.
    /// </summary>
    Continue,
}
