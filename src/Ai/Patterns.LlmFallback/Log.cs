using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Patterns.LlmFallback;

// Exceptions of providers' SDKs are not logged: their messages may quote the request.
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Model {Model} of chain {Chain} failed: {Kind}, status {Status}, code {Code}, request {RequestId}. Next: {Step}.")]
    public static partial void AttemptFailed(ILogger logger, string model, string chain, LlmFaultKind kind, int? status, string? code, string? requestId, NextStep step);

    [LoggerMessage(2, LogLevel.Warning, "The SDK of model {Model} of chain {Chain} sent {Requests} requests in one attempt: it repeats by itself, and waits multiply. Set {Setting}.")]
    public static partial void SdkRetries(ILogger logger, string model, string chain, int requests, string setting);

    [LoggerMessage(3, LogLevel.Debug, "The stream of model {Model} of chain {Chain} could not be disposed: {Exception}.")]
    public static partial void DisposalFailed(ILogger logger, string model, string chain, string exception);

    [LoggerMessage(4, LogLevel.Debug, "An attempt at model {Model} of chain {Chain} for which nobody waits any more did not end well: {Exception}.")]
    public static partial void LeftFailed(ILogger logger, string model, string chain, string exception);

    [LoggerMessage(5, LogLevel.Warning, "The client of model {Model} of chain {Chain} does not heed its cancellation token: the call goes on without it, and what it still holds is given back when it ends.")]
    public static partial void TokenIgnored(ILogger logger, string model, string chain);

    public static ILogger For(ILoggerFactory? loggers) => (loggers ?? NullLoggerFactory.Instance).CreateLogger(Telemetry.Name);
}
