using Microsoft.Extensions.Logging;

namespace Patterns.LlmFallback;

/// <summary>The warning that a model's SDK repeats requests by itself. Thread-safe.</summary>
internal sealed class RetryWarning
{
    private int _given;

    /// <summary>Warns when the attempt had more than one request, once per model.</summary>
    public void GiveOnce(WireRecord wire, ILogger logger, string model, string chain, string? provider)
    {
        if (wire.Requests > 1 && _given == 0 && Interlocked.Exchange(ref _given, 1) == 0)
            Log.SdkRetries(logger, model, chain, wire.Requests, SettingOf(provider));
    }

    private static string SettingOf(string? provider) => provider?.ToUpperInvariant() switch
    {
        "OPENAI" => "OpenAIClientOptions.RetryPolicy = new ClientRetryPolicy(maxRetries: 0)",
        "AZURE" or "AZURE.AI.OPENAI" or "AZURE.AI.INFERENCE" => "AzureOpenAIClientOptions.RetryPolicy = new ClientRetryPolicy(maxRetries: 0)",
        "ANTHROPIC" => "AnthropicClient.MaxRetries = 0",
        _ => "the SDK's own number of retries to 0",
    };
}
