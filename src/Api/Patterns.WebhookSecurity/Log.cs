using Microsoft.Extensions.Logging;

namespace Patterns.WebhookSecurity;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Webhook from source {Source} refused: {Outcome}")]
    public static partial void Refused(ILogger logger, string source, WebhookOutcome outcome);

    [LoggerMessage(2, LogLevel.Warning, "The key source of {Source} failed for scope {Scope}; the answer of {Age} ago stands in")]
    public static partial void KeySourceFailedWithStandIn(ILogger logger, Exception exception, string source, string? scope, TimeSpan age);

    [LoggerMessage(3, LogLevel.Warning, "The key source of {Source} failed for scope {Scope}; its webhooks are answered with 503 until it works")]
    public static partial void KeySourceFailed(ILogger logger, Exception exception, string source, string? scope);

    [LoggerMessage(4, LogLevel.Warning, "Key {KeyId} of webhook source {Source}, scope {Scope}, is still in use and ends at {NotAfter:O}")]
    public static partial void KeyEndsSoon(ILogger logger, string keyId, string source, string? scope, DateTimeOffset notAfter);
}
