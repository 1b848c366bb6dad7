using System.Globalization;

namespace Kernel.Tests.Postgres;

/// <summary>
/// Moves the database's clock for all sessions at once, also for those behind a pooler, which does not pass settings of a session on: a script that lets the
/// family's clock read a table.
/// </summary>
internal static class MovedClock
{
    public const string Script =
        """
        CREATE TABLE {schema}.moved_clock (by interval NOT NULL);
        INSERT INTO {schema}.moved_clock VALUES ('0');
        CREATE OR REPLACE FUNCTION {schema}.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
            AS $$ SELECT pg_catalog.statement_timestamp() + (SELECT c.by FROM {schema}.moved_clock c) $$;
        """;

    public static Task AdvanceAsync(this Application application, TimeSpan by) =>
        application.ExecuteAsync($"UPDATE {{schema}}.moved_clock SET by = by + interval '{by.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)} milliseconds'");

    public static async Task<DateTimeOffset> NowAsync(this Application application) => new(await application.ScalarAsync<DateTime>("SELECT {schema}.now()"));

    /// <summary>Lets a fake clock run until the task has ended, so that what waits for a while gives up at once.</summary>
    public static async Task RunsOutAsync(this FakeTime time, Task task)
    {
        await Eventually.HoldsAsync("the task ends", () =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return task.IsCompleted;
        });
        await task;
    }
}
