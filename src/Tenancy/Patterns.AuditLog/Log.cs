using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Patterns.AuditLog;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "New entries could not be sealed; it is tried again at the next turn. Until then an administrator could remove them unnoticed.")]
    public static partial void SealFailed(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "This process seals nothing, and entries wait: AuditLogOptions.SigningKeys has no key that can sign.")]
    public static partial void NoKey(ILogger logger);

    [LoggerMessage(3, LogLevel.Error, "The head of run {RunNo} could not be published to {Anchor}; it is tried again at the next turn.")]
    public static partial void AnchorFailed(ILogger logger, Exception exception, long runNo, string anchor);

    [LoggerMessage(4, LogLevel.Error, "Months past their retention could not be dropped; it is tried again at the next turn.")]
    public static partial void RetentionFailed(ILogger logger, Exception exception);

    [LoggerMessage(5, LogLevel.Information, "Dropped {Month} of class {RetentionClass} with {Entries} entries, which is past its retention.")]
    public static partial void MonthDropped(ILogger logger, string month, string retentionClass, long entries);

    [LoggerMessage(20, LogLevel.Error, "An entry for a refused request could not be appended; it is lost.")]
    public static partial void DeniedFailed(ILogger logger, Exception exception);

    public static ILogger For(ILoggerFactory? loggers) => (loggers ?? NullLoggerFactory.Instance).CreateLogger(Telemetry.Name);
}
