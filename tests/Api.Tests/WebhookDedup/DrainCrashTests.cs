using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Patterns.WebhookDedup;
using static Api.Tests.WebhookDedup.Application;

namespace Api.Tests.WebhookDedup;

/// <summary>Processes and backends that end in the middle of receiving and draining.</summary>
public sealed class DrainCrashTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly bool Long = Environment.GetEnvironmentVariable("PATTERNS_LONG") == "1";
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact, Guarantee("WebhookDedup", 17)]
    public async Task A_handler_that_ends_its_process_twelve_times_is_dead_and_takes_no_other_event_with_it()
    {
        await using var own = await database.NewAsync();
        await using var application = await StartAsync(own.ConnectionString);
        var poison = Event($"poison_{Guid.CreateVersion7():N}");
        var innocent = Enumerable.Range(0, 7).Select(_ => Event()).ToArray();
        foreach (var webhookEvent in innocent.Append(poison)) await application.ReceiveAsync(webhookEvent);

        for (var process = 0; (await application.StoredAsync(poison)).State != WebhookState.Dead && process < 20; process++)
        {
            await using var worker = ChildProcess.Start("DrainWebhooks", Handling.Later(own.ConnectionString, TimeSpan.FromMinutes(6 * process)));
            await foreach (var _ in worker.ReadLinesAsync(Ct))
            {
            }
        }

        (await application.StoredAsync(poison)).Should().Match<StoredWebhook>(s => s.State == WebhookState.Dead && s.Attempts == 12 && s.Error!.Contains("lease of attempt 12"));
        await using var last = await new Handling().StartAsync(Handling.Later(own.ConnectionString, TimeSpan.FromHours(3)));
        await last.DrainAsync();
        foreach (var webhookEvent in innocent)
        {
            (await application.EffectsOfAsync(webhookEvent)).Should().Be(1);
            (await application.StoredAsync(webhookEvent)).Attempts.Should().BeLessThanOrEqualTo(5);
        }
    }

    [Fact, Guarantee("WebhookDedup", 13)]
    public async Task A_server_that_is_killed_again_and_again_loses_no_answered_event_and_doubles_none()
    {
        await using var own = await database.NewAsync();
        await using var application = await StartAsync(own.ConnectionString);
        var (events, kills) = Long ? (2_000, 20) : (200, 3);
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var answered = new HashSet<int>();
        for (var run = 0; run <= kills; run++)
        {
            var lines = run == kills ? int.MaxValue : random.Next(1, events);
            await using var server = ChildProcess.Start("ReceiveAndDrain", own.ConnectionString, "0", events.ToString(CultureInfo.InvariantCulture));
            while (lines-- > 0 && await server.ReadLineAsync(Ct) is var line && line != "finished") answered.Add(int.Parse(line, CultureInfo.InvariantCulture));
            await server.KillAsync();
        }

        await using var last = await new Handling().StartAsync(Handling.Later(own.ConnectionString, TimeSpan.FromMinutes(6)));
        await last.DrainAsync();

        answered.Should().HaveCount(events, $"each was delivered until it was answered (seed {seed})");
        var effects = await application.ScalarAsync<string>("SELECT count(*) || ' ' || count(DISTINCT event_id) FROM effects");
        effects.Should().Be($"{events} {events}", $"each had one effect (seed {seed})");
    }

    [Fact, Guarantee("WebhookDedup", 13)]
    public async Task Backends_that_are_ended_in_the_middle_leave_one_effect_for_each_event()
    {
        await using var own = await database.NewAsync();
        await using var application = await new Handling().StartAsync(own.ConnectionString);
        var events = Enumerable.Range(0, 150).Select(_ => Event()).ToArray();
        await Task.WhenAll(events.Select(application.ReceiveAsync));
        await using var outside = await database.DataSource.OpenConnectionAsync(Ct);
        await using var end = new Npgsql.NpgsqlCommand("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1", outside) { Parameters = { new() { Value = own.Name } } };

        for (var round = 0; round < 5; round++)
        {
            var drained = application.DrainAsync();
            await end.ExecuteScalarAsync(Ct);
            try { await drained; } catch (Npgsql.NpgsqlException) { /* The lease itself was cut. */ }
        }

        await using var last = await new Handling().StartAsync(Handling.Later(own.ConnectionString, TimeSpan.FromHours(2)));
        await last.DrainAsync();
        (await last.ScalarAsync<string>("SELECT count(*) || ' ' || count(DISTINCT event_id) FROM effects")).Should().Be("150 150");
        (await last.ScalarAsync<long>("SELECT count(*) FROM patterns.webhook_dedup_events WHERE state <> 'done'")).Should().Be(0);
    }

    [Fact, Guarantee("WebhookDedup", 18)]
    public async Task The_hosted_drain_is_woken_by_a_commit_of_its_process_and_polls_for_those_of_others()
    {
        await using var own = await database.NewAsync();
        var time = new FakeTime();
        var handled = System.Threading.Channels.Channel.CreateUnbounded<string>();
        var handling = new Handling(async (work, _) =>
        {
            await handled.Writer.WriteAsync(work.Event.Id, Ct);
            return WebhookResult.Done;
        });
        await using var application = await handling.StartAsync(own.ConnectionString, register: services => services.AddSingleton<TimeProvider>(time));
        await using var other = await StartAsync(own.ConnectionString);
        var drain = application.Services.GetServices<IHostedService>().Single(service => service.GetType().Name == "DrainService");
        await drain.StartAsync(Ct);
        WebhookEvent own1 = Event(), foreign = Event();

        await application.ReceiveAsync(own1);
        (await handled.Reader.ReadAsync(Ct)).Should().Be(own1.Id, "the clock stands still, so it was no poll");

        await other.ReceiveAsync(foreign);
        await Eventually.HoldsAsync("the poll finds it", () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return handled.Reader.TryPeek(out var id) && id == foreign.Id;
        });
        await drain.StopAsync(Ct);
    }
}
