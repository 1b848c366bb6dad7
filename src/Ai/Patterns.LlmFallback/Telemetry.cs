using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Patterns.LlmFallback;

/// <summary>Spans and measures, by the OpenTelemetry conventions for generative AI. They are in Development, so their names live here and nowhere else.</summary>
internal sealed class Telemetry
{
    public const string Name = "Patterns.LlmFallback";

    public static ActivitySource Source { get; } = new(Name);

    public static Meter Meter { get; } = new(Name);
}
