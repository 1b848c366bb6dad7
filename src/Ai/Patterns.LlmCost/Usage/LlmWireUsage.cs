using System.Text.Json;

namespace Patterns.LlmCost;

/// <summary>
/// What a provider's own message says about usage: finer than what passes through <c>Microsoft.Extensions.AI</c>, such as how long written caches live. Read it from results of batches, or register it for the messages of an SDK with
/// <see cref="LlmCostOptions.ReadUsage{TRaw}"/>.
/// </summary>
/// <param name="Usage">The usage, in disjoint buckets.</param>
/// <param name="Tier">The tier that the provider served: <c>standard</c>, <c>batch</c>, <c>flex</c> or <c>priority</c>; null when it does not say.</param>
/// <param name="Region">The region that the provider served from, where prices depend on it; null when it does not say.</param>
/// <param name="Suspect">Why the counts contradict each other; null when they do not.</param>
public sealed record LlmWireUsage(LlmUsage Usage, string? Tier = null, string? Region = null, string? Suspect = null)
{
    /// <summary>
    /// Reads OpenAI's counts, also as Azure and compatible providers send them: of Chat Completions, Responses, Embeddings and Images. Cached, spoken and reasoning tokens are within its totals (API reference of OpenAI, "usage").
    /// </summary>
    /// <param name="message">The response, a stream's chunk or event, or the <c>usage</c> object itself.</param>
    /// <returns>Null when the message has no usage.</returns>
    public static LlmWireUsage? OpenAI(JsonElement message) => OpenAIWire.Read(message);

    /// <summary>
    /// Reads Anthropic's counts, of a message or of a stream's <c>message_start</c> and <c>message_delta</c>. Its <c>input_tokens</c> leave cache reads and writes out (Claude documentation, "Prompt caching").
    /// </summary>
    /// <param name="message">The message, a stream's event, or the <c>usage</c> object itself.</param>
    /// <returns>Null when the message has no usage.</returns>
    public static LlmWireUsage? Anthropic(JsonElement message) => AnthropicWire.Read(message);

    /// <summary>
    /// Reads Gemini's counts, of <c>generateContent</c> and its stream. Cached tokens are within the prompt; thoughts and the prompts of tools are within the total only (Gemini API reference, "UsageMetadata").
    /// </summary>
    /// <param name="message">The response, a stream's chunk, or the <c>usageMetadata</c> object itself.</param>
    /// <returns>Null when the message has no usage.</returns>
    public static LlmWireUsage? Gemini(JsonElement message) => GeminiWire.Read(message);

    internal static LlmWireUsage Of(UsageCounts counts, string? tier = null, string? region = null)
    {
        var usage = counts.ToUsage();
        return new(usage, tier, region, counts.Suspect);
    }
}
