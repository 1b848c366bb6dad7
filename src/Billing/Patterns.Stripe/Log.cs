using Microsoft.Extensions.Logging;

namespace Patterns.Stripe;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Debug, "Stripe: {Method} {Path} answered {Status} in {Attempts} attempt(s), request {RequestId}")]
    public static partial void Answered(ILogger logger, HttpMethod method, string path, int status, int attempts, string? requestId);

    [LoggerMessage(2, LogLevel.Warning, "Stripe: {Method} {Path} failed in attempt {Attempt} ({Reason}); the next is made in {Delay}")]
    public static partial void Retrying(ILogger logger, HttpMethod method, string path, int attempt, string reason, TimeSpan delay);

    [LoggerMessage(3, LogLevel.Warning, "Stripe: this is the Development environment, and StripeOptions.ApiKey is a live key: calls move real money")]
    public static partial void LiveKeyInDevelopment(ILogger logger);
}
