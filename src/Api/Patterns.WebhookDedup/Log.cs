using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Patterns.WebhookDedup;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Event {EventId} of source {Source} was delivered with another payload: SHA-256 {Fingerprint}, first {FirstFingerprint}.")]
    public static partial void Mismatch(ILogger logger, string source, string eventId, string fingerprint, string firstFingerprint);

    [LoggerMessage(2, LogLevel.Error, "The handler of event {EventId} of source {Source} failed; the event is stored as pending.")]
    public static partial void Stored(ILogger logger, Exception exception, string source, string eventId);

    [LoggerMessage(3, LogLevel.Error, "Event {EventId} of source {Source} could not be stored after its handler failed; the handler's exception goes to the caller.")]
    public static partial void NotStored(ILogger logger, Exception exception, string source, string eventId);

    [LoggerMessage(10, LogLevel.Warning, "Attempt {Attempt} of event {EventId} of source {Source} failed; the next one follows in {Delay:0} s.")]
    public static partial void AttemptFailed(ILogger logger, Exception? exception, string source, string eventId, int attempt, double delay);

    [LoggerMessage(11, LogLevel.Error, "Event {EventId} of source {Source} is dead after attempt {Attempt} ({Error}); IWebhookInbox.RedriveAsync revives it.")]
    public static partial void Died(ILogger logger, Exception? exception, string source, string eventId, int attempt, string error);

    [LoggerMessage(12, LogLevel.Error, "Event {EventId} of source {Source} is dead: the lease of attempt {Attempt} ran out. Does its handler end the process, or run longer than 5 minutes?")]
    public static partial void DiedOfLeases(ILogger logger, string source, string eventId, int attempt);

    [LoggerMessage(13, LogLevel.Warning, "Attempt {Attempt} of event {EventId} of source {Source} was rolled back, because its lease had been lost to another one.")]
    public static partial void LeaseLost(ILogger logger, string source, string eventId, int attempt);

    [LoggerMessage(14, LogLevel.Warning, "That event {EventId} of source {Source} was {Outcome} could not be written down; it comes again when its lease has run out, unless it was.")]
    public static partial void NotSettled(ILogger logger, Exception exception, string source, string eventId, string outcome);

    [LoggerMessage(15, LogLevel.Error, "The inbox could not be drained; the next try follows in {Delay:0} s.")]
    public static partial void DrainFailed(ILogger logger, Exception exception, double delay);

    [LoggerMessage(16, LogLevel.Error, "The upkeep of the inbox failed; it is tried again at its next turn.")]
    public static partial void UpkeepFailed(ILogger logger, Exception exception);

    [LoggerMessage(17, LogLevel.Information, "{Count} events were re-driven by {By}.")]
    public static partial void Redriven(ILogger logger, int count, string by);

    [LoggerMessage(18, LogLevel.Information, "{Moved} events that are not done were moved out of partition {Partition} before it is dropped.")]
    public static partial void Moved(ILogger logger, int moved, string partition);

    public static ILogger For(ILoggerFactory? loggers) => (loggers ?? NullLoggerFactory.Instance).CreateLogger(Telemetry.Name);
}
