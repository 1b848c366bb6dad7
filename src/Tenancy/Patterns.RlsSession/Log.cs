using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Patterns.RlsSession;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Row-level security is bypassed: {Reason}")]
    public static partial void Bypassed(ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Warning, "COPY FROM does not work on a table with row-level security. Copy into a staging table without policies and INSERT ... SELECT from it, or insert with unnest of arrays.")]
    public static partial void CopyRefused(ILogger logger, Exception exception);

    [LoggerMessage(3, LogLevel.Warning, "{Finding} {Repair}")]
    public static partial void Weak(ILogger logger, string finding, string repair);

    [LoggerMessage(4, LogLevel.Information, "The functions of row-level security were installed in schema {Schema}.")]
    public static partial void FunctionsInstalled(ILogger logger, string schema);

    [LoggerMessage(5, LogLevel.Warning, "The request names its tenant in several ways that do not agree, so it has none.")]
    public static partial void TenantsDiffer(ILogger logger);

    public static ILogger For(ILoggerFactory? loggers) => (loggers ?? NullLoggerFactory.Instance).CreateLogger(Telemetry.Name);
}
