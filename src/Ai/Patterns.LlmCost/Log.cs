using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Patterns.LlmCost;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The prices could not be read from the database; those known before hold, and it is tried again within a minute.")]
    public static partial void PricesNotRead(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Error, "A call to {Provider} model {Model} could not be booked; the call itself is not touched by this.")]
    public static partial void NotBooked(ILogger logger, string provider, string model, Exception exception);

    [LoggerMessage(3, LogLevel.Warning, "A call to {Provider} model {Model} has no tenant; it is booked on 'unattributed'. Open a scope with LlmCostScope.Begin, or set LlmCostOptions.RequireTenant to refuse such calls.")]
    public static partial void Unattributed(ILogger logger, string provider, string model);

    [LoggerMessage(4, LogLevel.Warning, "A call to {Provider} model {Model} has an unusable attribution, so it is booked on 'unattributed': {Reason}")]
    public static partial void BadAttribution(ILogger logger, string provider, string model, string reason);

    [LoggerMessage(5, LogLevel.Warning, "The usage that {Provider} told for model {Model} contradicts itself ({Reason}); the row is booked and marked as suspect.")]
    public static partial void SuspectUsage(ILogger logger, string provider, string model, string reason);

    public static ILogger For(ILoggerFactory? loggers) => (loggers ?? NullLoggerFactory.Instance).CreateLogger(Telemetry.Name);
}
