using System.Text;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Calls;

/// <summary>What a provider's SDK throws: a status, the provider's code, and headers. Its message quotes the request, as those of SDKs may.</summary>
public sealed class ProviderException(int? status, string? code = null, params (string Name, string Value)[] headers) : Exception("The provider did not like: " + Secret)
{
    public const string Secret = "my diagnosis";

    public LlmEvidence Evidence => new(
        null, status, headers.ToDictionary(static h => h.Name, static h => h.Value, StringComparer.OrdinalIgnoreCase), code is null ? default : Encoding.UTF8.GetBytes($$$"""{"error":{"code":"{{{code}}}"}}"""), this);
}
