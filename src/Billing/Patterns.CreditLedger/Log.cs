using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Patterns.CreditLedger;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "What has expired could not be carried out; it is tried again at the next turn, and nobody can spend it meanwhile.")]
    public static partial void SweepFailed(ILogger logger, Exception exception);

    public static ILogger For(ILoggerFactory? loggers) => (loggers ?? NullLoggerFactory.Instance).CreateLogger(Telemetry.Name);
}
