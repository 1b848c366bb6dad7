using System.Collections.Frozen;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Faults;

/// <summary>Evidence as a provider's answer gives it, and its judgement as an operator gets it.</summary>
internal static class Evidence
{
    public static readonly DateTimeOffset Now = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    public static LlmEvidence Of(string? provider, int? status, string? body, params (string Name, string Value)[] headers)
        => new(provider, status, headers.ToDictionary(static h => h.Name, static h => h.Value, StringComparer.OrdinalIgnoreCase), Encoding.UTF8.GetBytes(body ?? ""), null);

    public static LlmEvidence Of(Exception exception) => new("openai", null, FrozenDictionary<string, string>.Empty, default, exception);

    public static LlmFault Judge(LlmEvidence evidence, Action<LlmFallbackOptions>? configure = null)
    {
        using var services = new ServiceCollection().AddSingleton<TimeProvider>(new FakeTime(Now)).AddLlmFallback(configure).BuildServiceProvider();
        return services.GetRequiredService<ILlmFallback>().Classify(evidence);
    }
}
