using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>What a chain knows of one of its models.</summary>
public sealed class LlmModelOptions
{
    /// <summary>
    /// The provider whose rules and limits apply: <c>openai</c>, <c>azure</c>, <c>anthropic</c>, <c>gemini</c>, or a name of your own. Null takes the one that the client's metadata name. Histories are rewritten when they
    /// come from a model of another provider.
    /// </summary>
    public string? Provider { get; set; }

    /// <summary>What the model can do. Default: everything. Say what it lacks, as in <c>LlmFeatures.All &amp; ~LlmFeatures.Audio</c>: a list of what it has leaves out what was not thought of, such as <see cref="LlmFeatures.Streaming"/>.</summary>
    public LlmFeatures Supports { get; set; } = LlmFeatures.All;

    /// <summary>Input and output tokens that fit together; null when unknown, which fits every call.</summary>
    public long? ContextWindow { get; set; }

    /// <summary>
    /// The most output tokens the model gives; null when unknown. A call that asks for more skips the model. Under a cost limit it is the worst case of calls that set no limit of their own, so a model with a
    /// <see cref="Price"/> must say it there.
    /// </summary>
    public long? MaxOutputTokens { get; set; }

    /// <summary>The largest request in bytes that the provider takes; null when unknown. A call whose texts and files alone are more skips the model, and after <see cref="LlmFaultKind.RequestTooLarge"/> only models with a larger limit are asked.</summary>
    public long? MaxRequestBytes { get; set; }

    /// <summary>What it costs; null when unknown: then a cost limit never skips it.</summary>
    public LlmPrice? Price { get; set; }

    /// <summary>Says for a call whether this model may be used, so that a dear last resort is kept for work that is worth it. Null: always. What it throws fails the call.</summary>
    public Func<LlmRequest, bool>? OnlyWhen { get; set; }

    /// <summary>
    /// Names of <see cref="ChatOptions"/> properties that the model refuses, such as <c>Temperature</c> or <c>Seed</c>. They are removed from a copy of the options before this model is asked. Names are checked at start.
    /// Without being named, <c>ModelId</c> is meant for the first model of the chain only, and <c>RawRepresentationFactory</c> for those of its provider.
    /// </summary>
    public ISet<string> UnsupportedOptions { get; } = new HashSet<string>(StringComparer.Ordinal);
}
