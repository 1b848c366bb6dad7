using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Patterns.CreditLedger;

/// <summary>What operators see: operations by kind and outcome, how long they take with their commit, accounts that were busy, and what the sweeper did. Batches are seen in Patterns.Postgres.</summary>
internal static class Telemetry
{
    public const string Name = "Patterns.CreditLedger";

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Operations = Meter.CreateCounter<long>("patterns.credit_ledger.operations", "{operation}", "Operations by kind and outcome.");
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("patterns.credit_ledger.operation.duration", "s", "Time from the call to the answer, by kind.");
    private static readonly Counter<long> Busy = Meter.CreateCounter<long>("patterns.credit_ledger.busy", "{operation}", "Operations whose account somebody's transaction had, so that they had to wait for it.");
    private static readonly Counter<long> Swept = Meter.CreateCounter<long>("patterns.credit_ledger.swept", "{account}", "Accounts in which the sweeper carried out what had expired.");

    public static long Start() => Duration.Enabled ? Stopwatch.GetTimestamp() : 0;

    public static void Stop(long started, LedgerKind kind)
    {
        if (started != 0)
            Duration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("operation", NameOf(kind)));
    }

    public static void Count(LedgerKind kind, LedgerStatus status)
    {
        if (Operations.Enabled)
            Operations.Add(1, new("operation", NameOf(kind)), new("outcome", NameOf(status)));
    }

    public static void CountBusy() => Busy.Add(1);

    public static void CountSwept(int accounts) => Swept.Add(accounts);

    private static string NameOf(LedgerKind kind) => kind switch
    {
        LedgerKind.Spend => "spend",
        LedgerKind.SpendUpTo => "spend_up_to",
        LedgerKind.Grant => "grant",
        LedgerKind.Hold => "hold",
        LedgerKind.Settle => "settle",
        LedgerKind.Release => "release",
        LedgerKind.Extend => "extend",
        LedgerKind.Refund => "refund",
        LedgerKind.Revoke => "revoke",
        LedgerKind.Configure => "configure",
        _ => "reload",
    };

    private static string NameOf(LedgerStatus status) => status switch
    {
        LedgerStatus.Applied => "applied",
        LedgerStatus.Replayed => "replayed",
        LedgerStatus.Conflict => "conflict",
        LedgerStatus.Insufficient => "insufficient",
        LedgerStatus.InDebt => "in_debt",
        _ => "refused",
    };
}
