using Patterns.WebhookDedup;
using static Api.Tests.WebhookDedup.Application;

namespace Api.Tests.WebhookDedup;

/// <summary>Several processes, and processes that are killed.</summary>
public sealed class CrashTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    private Application _application = null!;

    public async ValueTask InitializeAsync() => _application = await StartAsync(database.ConnectionString);

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    [Fact, Guarantee("WebhookDedup", 1)]
    public async Task A_process_that_is_killed_before_its_commit_leaves_nothing()
    {
        var webhookEvent = Event(payload: "");
        await using var server = ChildProcess.Start("DieWithWebhook", database.ConnectionString, webhookEvent.Id);
        await server.WaitForLineAsync("claimed", TestContext.Current.CancellationToken);
        (await _application.DeliverAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.InFlight);

        await server.KillAsync();

        (await _application.RedeliverAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.New);
        (await _application.EffectsOfAsync(webhookEvent)).Should().Be(1);
    }

    [Fact, Guarantee("WebhookDedup", 1)]
    public async Task A_process_that_is_killed_between_its_commit_and_its_answer_has_done_the_work()
    {
        var webhookEvent = Event(payload: "");
        await using var server = ChildProcess.Start("DieWithWebhook", database.ConnectionString, webhookEvent.Id);
        await server.WaitForLineAsync("claimed", TestContext.Current.CancellationToken);
        await server.WriteLineAsync("commit");
        await server.WaitForLineAsync("committed", TestContext.Current.CancellationToken);

        await server.KillAsync();

        (await _application.DeliverAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.Duplicate);
        (await _application.EffectsOfAsync(webhookEvent)).Should().Be(1);
    }

    [Fact, Guarantee("WebhookDedup", 1)]
    public async Task Four_processes_with_sixteen_callers_each_have_one_effect_per_event()
    {
        var servers = Enumerable.Range(0, 4).Select(_ => ChildProcess.Start("DeliverWebhooks", database.ConnectionString, "16")).ToList();
        try
        {
            foreach (var server in servers) await server.WaitForLineAsync("ready", TestContext.Current.CancellationToken);
            foreach (var id in Enumerable.Range(0, 20).Select(i => $"evt_four_{i}"))
            {
                await Task.WhenAll(servers.Select(server => server.WriteLineAsync(id)));
                var answers = await Task.WhenAll(servers.Select(server => server.ReadLineAsync(TestContext.Current.CancellationToken)));

                answers.Sum(answer => int.Parse(answer.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)).Should().Be(1, string.Join(", ", answers));
                (await _application.EffectsOfAsync(Event(id))).Should().Be(1);
            }
        }
        finally
        {
            foreach (var server in servers) await server.DisposeAsync();
        }
    }
}
