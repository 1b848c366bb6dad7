using Microsoft.Extensions.Logging;

namespace Patterns.LlmFallback;

internal static partial class CircuitLog
{
    [LoggerMessage(20, LogLevel.Error, "The provider refuses the key or the account of model {Model}; it is not asked for {Seconds:0} s. This is logged once, until the model answers again.")]
    public static partial void Refused(ILogger logger, string model, double seconds);

    [LoggerMessage(21, LogLevel.Warning, "The circuit of model {Model} opened for {Seconds:0} s after {Kind}.")]
    public static partial void Broken(ILogger logger, string model, LlmFaultKind kind, double seconds);
}
