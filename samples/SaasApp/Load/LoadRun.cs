using System.Globalization;
using Npgsql;
using Patterns.Postgres;
using Patterns.WebhookDedup;

namespace SaasApp;

/// <summary>
/// Receives as many events as it can and compares that with one INSERT per event. Both take the same events from the same callers over the same pool, in rounds that alternate, after a warm-up.
/// In process: over HTTP on one machine, most of what is measured would be the web server and the client.
/// </summary>
internal static class LoadRun
{
    private const string Argument = "--load";
    private const int Callers = 256;
    private const int Rounds = 5;
    private const int MaxSeconds = 600;
    private const int StoppedBySignal = 130;
    private static readonly TimeSpan MaxWarmUp = TimeSpan.FromSeconds(3);

    /// <summary>For how long each of the two is measured: <c>--load</c> for 10 s, <c>--load 60</c> for a minute; null without it.</summary>
    public static TimeSpan? TimeOf(string[] args)
    {
        var at = Array.IndexOf(args, Argument);
        if (at < 0)
            return null;
        if (at + 1 == args.Length || args[at + 1].StartsWith('-'))
            return TimeSpan.FromSeconds(10);

        return int.TryParse(args[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= MaxSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new ArgumentException($"{Argument} {args[at + 1]}: it takes a number of seconds, 1 to {MaxSeconds}.", nameof(args));
    }

    /// <returns>The exit code: 0 only if every event that was answered is there.</returns>
    public static async Task<int> RunLoadAsync(this WebApplication app, TimeSpan time)
    {
        await app.StartAsync();
        var stopped = app.Lifetime.ApplicationStopping;
        try
        {
            var (postgres, dedup) = (app.Services.GetRequiredService<IPostgres>(), app.Services.GetRequiredService<IWebhookDedup>());
            var events = app.Services.GetRequiredService<StripeTestEvents>();
            var callers = Enumerable.Range(0, Callers).Select(_ => new LoadCaller(events.Next(StripeWebhook.InvoicePaid))).ToList();
            LoadSubject[] subjects =
            [
                new("one INSERT per event", (webhookEvent, ct) => OneInsert.ReceiveAsync(postgres.DataSource, webhookEvent, ct), OneInsert.Count),
                new("ReceiveAsync", async (webhookEvent, ct) => (await dedup.ReceiveAsync(webhookEvent, ct)).Outcome == ClaimOutcome.New, postgres.Sql("SELECT count(*) FROM {schema}.webhook_dedup_events")),
            ];
            await IntroduceAsync(postgres.DataSource, callers[0].PayloadBytes, time, stopped);
            await MeasureAsync(subjects, callers, time, stopped);
            return await ReportAsync(postgres.DataSource, subjects, stopped);
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            return StoppedBySignal;
        }
        finally
        {
            await app.StopAsync(CancellationToken.None);
        }
    }

    private static async Task IntroduceAsync(NpgsqlDataSource source, int payloadBytes, TimeSpan time, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var pool = new NpgsqlConnectionStringBuilder(source.ConnectionString).MaxPoolSize;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"""
             {Callers} callers receive events of Stripe's shape ({payloadBytes:N0} bytes), {time.TotalSeconds:N0} s for each way in {Rounds} alternating rounds, on a pool of {pool} connections.
             PostgreSQL {connection.PostgreSqlVersion} with its flushes on; client and server share {Environment.ProcessorCount} processors.
             In process, because over HTTP the web server would be measured. Both only store: no handler runs meanwhile.

             """));
    }

    private static async Task MeasureAsync(LoadSubject[] subjects, List<LoadCaller> callers, TimeSpan time, CancellationToken ct)
    {
        foreach (var subject in subjects) await subject.WarmUpAsync(callers, time < MaxWarmUp ? time : MaxWarmUp, ct);
        for (var round = 0; round < Rounds; round++)
        {
            // Every second round goes backwards: neither always follows the other.
            foreach (var subject in round % 2 == 0 ? subjects : subjects.Reverse()) await subject.RunAsync(callers, time / Rounds, ct);
        }
    }

    private static async Task<int> ReportAsync(NpgsqlDataSource source, LoadSubject[] subjects, CancellationToken ct)
    {
        Console.WriteLine($"  {"",-24}{"events/s",12}{"p50",12}{"p99",12}");
        foreach (var subject in subjects)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {subject.Name,-24}{subject.PerSecond,12:N0}{Milliseconds(subject, 0.5),12}{Milliseconds(subject, 0.99),12}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {"ratio",-24}{Ratio(subjects[1].PerSecond, subjects[0].PerSecond),12}{Ratio(subjects, 0.5),12}{Ratio(subjects, 0.99),12}\n"));

        var isRight = true;
        foreach (var subject in subjects)
        {
            var stored = await subject.CountStoredAsync(source, ct);
            isRight &= stored == subject.Answered;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{subject.Name}: {subject.Answered:N0} events were answered (warm-up included), {stored:N0} are stored{(stored == subject.Answered ? "." : ": WRONG.")}"));
        }

        return isRight ? 0 : 1;
    }

    private static string Milliseconds(LoadSubject subject, double share) => string.Create(CultureInfo.InvariantCulture, $"{subject.Quantile(share).TotalMilliseconds:N1} ms");

    private static string Ratio(LoadSubject[] subjects, double share) => Ratio(subjects[1].Quantile(share).Ticks, subjects[0].Quantile(share).Ticks);

    private static string Ratio(double ours, double byHand) => string.Create(CultureInfo.InvariantCulture, $"{ours / byHand:N2}x");
}
