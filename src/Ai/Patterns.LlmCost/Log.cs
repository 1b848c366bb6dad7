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

    [LoggerMessage(4, LogLevel.Warning, "A call to {Provider} model {Model} has an unusable attribution ({Reason}); it is booked on what else names its account, and on 'unattributed' when nothing does.")]
    public static partial void BadAttribution(ILogger logger, string provider, string model, string reason);

    [LoggerMessage(5, LogLevel.Warning, "The usage that {Provider} told for model {Model} contradicts itself ({Reason}); the row is booked and marked as suspect.")]
    public static partial void SuspectUsage(ILogger logger, string provider, string model, string reason);

    [LoggerMessage(6, LogLevel.Warning, "A reader given to LlmCostOptions.ReadUsage failed on a message of {Provider}; the usage that came through without it is booked.")]
    public static partial void UsageNotRead(ILogger logger, string provider, Exception exception);

    [LoggerMessage(7, LogLevel.Warning, "The size of a call to {Provider} could not be counted, as its messages cannot be read; it is booked by what else is known of it.")]
    public static partial void NotCounted(ILogger logger, string provider, Exception exception);

    [LoggerMessage(20, LogLevel.Warning, "{Count} queued calls could not be booked; they are kept and tried again until they can be.")]
    public static partial void BookingWaits(ILogger logger, int count, Exception exception);

    [LoggerMessage(21, LogLevel.Information, "Queued calls are booked again.")]
    public static partial void BookingGoesOn(ILogger logger);

    [LoggerMessage(22, LogLevel.Error, "The database refuses call {CallId}, attempt {Attempt}, so it is not booked. It is kept in rejected.jsonl in the spill folder.")]
    public static partial void Rejected(ILogger logger, Guid callId, int attempt, Exception exception);

    [LoggerMessage(23, LogLevel.Critical, "Call {CallId}, attempt {Attempt}, which the database refused, could not be kept in the spill folder either: it is lost.")]
    public static partial void RejectedNotKept(ILogger logger, Guid callId, int attempt, Exception exception);

    [LoggerMessage(24, LogLevel.Warning, "The queue of calls is full: from now on calls go to the spill file, until it is booked.")]
    public static partial void Spilling(ILogger logger);

    [LoggerMessage(25, LogLevel.Error, "The spill file cannot be written, so calls that do not fit into the queue are booked while their callers wait. Is the disk full, or LlmCostOptions.SpillFolder not writable?")]
    public static partial void SpillFailed(ILogger logger, Exception exception);

    [LoggerMessage(26, LogLevel.Error, "The spill file {Path} cannot be read from byte {Offset} on. It is kept beside the others as .damaged.")]
    public static partial void SpillDamaged(ILogger logger, string path, long offset);

    [LoggerMessage(27, LogLevel.Warning, "The application stopped before {Count} queued calls were booked; they are in the spill file, and the next start books them.")]
    public static partial void LeftInSpill(ILogger logger, int count);

    [LoggerMessage(28, LogLevel.Critical, "The application stopped before {Count} queued calls were booked, and they could not be written to the spill file: they are lost.")]
    public static partial void Lost(ILogger logger, int count, Exception exception);

    public static ILogger For(ILoggerFactory? loggers) => (loggers ?? NullLoggerFactory.Instance).CreateLogger(Telemetry.Name);
}
