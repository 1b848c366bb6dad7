using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Patterns.Postgres;

internal static class Telemetry
{
    public const string Name = "Patterns.Postgres";

    public static readonly Meter Meter = new(Name);

    public static readonly ActivitySource Source = new(Name);

    public static readonly Counter<long> Transactions = Meter.CreateCounter<long>("patterns.postgres.transactions", "{transaction}", "Transactions by outcome: committed, rolled_back or unknown.");

    public static readonly Counter<long> Retries = Meter.CreateCounter<long>("patterns.postgres.retries", "{retry}", "Transactions that were run again, by fault.");

    public static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("patterns.postgres.transaction.duration", "s", "From the first attempt to the outcome.");

    public static readonly Counter<long> Partitions = Meter.CreateCounter<long>("patterns.postgres.partitions", "{partition}", "Partitions by table and action: made or dropped.");

    public static readonly Counter<long> Turns = Meter.CreateCounter<long>("patterns.postgres.generation_turns", "{turn}", "Turns to the next generation of remembered keys, by table.");

    public static readonly Counter<long> MaintenanceFailures = Meter.CreateCounter<long>("patterns.postgres.maintenance_failures", "{failure}", "Runs of the maintenance that failed.");

    public static readonly Counter<long> Scripts = Meter.CreateCounter<long>("patterns.postgres.schema_scripts", "{script}", "Schema scripts applied.");

    public static readonly Counter<long> NotificationsSent = Meter.CreateCounter<long>("patterns.postgres.notifications.sent", "{notification}", "Notifications that NotifySoon handed to the database.");

    public static readonly Counter<long> NotificationsLost = Meter.CreateCounter<long>("patterns.postgres.notifications.lost", "{notification}", "Notifications that NotifySoon could not hand to the database.");

    public static readonly Counter<long> NotificationsHandled = Meter.CreateCounter<long>("patterns.postgres.notifications.handled", "{notification}", "Runs of handlers by outcome: ok or failed.");

    public static readonly Counter<long> Resyncs = Meter.CreateCounter<long>("patterns.postgres.notifications.resyncs", "{resync}", "Resyncs by reason: subscribed, reconnected, overflow, deaf or interval.");

    public static readonly Counter<long> ListenerLosses = Meter.CreateCounter<long>("patterns.postgres.notifications.listener_losses", "{loss}", "How often the listening connection was lost or heard nothing.");
}
