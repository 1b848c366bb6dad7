using Microsoft.Extensions.Logging;

namespace Patterns.WebhookDedup;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Event {EventId} of source {Source} was delivered with another payload: SHA-256 {Fingerprint}, first {FirstFingerprint}.")]
    public static partial void Mismatch(ILogger logger, string source, string eventId, string fingerprint, string firstFingerprint);

    [LoggerMessage(2, LogLevel.Error, "The handler of event {EventId} of source {Source} failed; the event is stored as pending.")]
    public static partial void Stored(ILogger logger, Exception exception, string source, string eventId);

    [LoggerMessage(3, LogLevel.Error, "Event {EventId} of source {Source} could not be stored after its handler failed; the handler's exception goes to the caller.")]
    public static partial void NotStored(ILogger logger, Exception exception, string source, string eventId);
}
