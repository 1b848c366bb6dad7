using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Patterns.LlmFallback;

/// <summary>Degraded while the circuit of any model of any chain is open: calls are answered, but not by the model that was meant to.</summary>
internal sealed class ChainHealthCheck(ILlmFallback fallback, ChainSet chains) : IHealthCheck
{
    public const string Name = "patterns_llm_fallback";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var open = new SortedDictionary<string, object>(StringComparer.Ordinal);
        foreach (var chain in chains.Names)
        {
            foreach (var status in fallback.Status(chain))
            {
                if (status.State == LlmCircuitState.Open)
                    open[$"{chain}/{status.Model}"] = $"open until {status.ReopensAt:u} after {status.LastFault?.ToString() ?? "an operator's word"}";
            }
        }

        return Task.FromResult(open.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded(string.Join("; ", open.Select(static m => $"{m.Key} is {m.Value}")), data: open));
    }
}
