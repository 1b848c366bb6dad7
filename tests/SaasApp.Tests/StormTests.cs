using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace SaasApp.Tests;

/// <summary>Many deliveries of many events from several senders to several processes of the application on one database, while one process after the other is killed.</summary>
public sealed class StormTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const int Events = 500;
    private const int Deliveries = 64;
    private const int Processes = 4;
    private const int EventsAtOnce = 5;
    private const int LeastKills = 5;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("WebhookDedup", 1)]
    public async Task Five_hundred_events_delivered_64_times_each_at_once_to_dying_processes_take_effect_once_each()
    {
        var ports = FreePorts();
        var apps = await Task.WhenAll(ports.Select(StartAppAsync));
        var senders = Enumerable.Range(0, Processes).Select(_ => StartSender(ports)).ToList();
        using var over = new CancellationTokenSource();
        using var killed = new SemaphoreSlim(0);
        var (kills, killing) = (0, Task.CompletedTask);
        try
        {
            foreach (var sender in senders) await sender.WaitForLineAsync("ready", Ct);
            killing = KillAsync();

            var (delivered, attempts) = (0, 0);
            for (var first = 0; first < Events; first += EventsAtOnce)
            {
                // On a fast machine the events wait for the kills: the last one is delivered after the fifth.
                while (!killing.IsCompleted && Volatile.Read(ref kills) * Events < first * (LeastKills + 1) - Events)
                    await Task.WhenAny(killing, killed.WaitAsync(Ct));
                foreach (var sender in senders) await sender.WriteLineAsync($"{first} {EventsAtOnce}");
                foreach (var sender in senders)
                {
                    var counts = (await sender.ReadLineAsync(Ct)).Split(' ');
                    delivered += int.Parse(counts[0], CultureInfo.InvariantCulture);
                    attempts += int.Parse(counts[1], CultureInfo.InvariantCulture);
                }
            }

            await over.CancelAsync();
            await killing;
            TestContext.Current.SendDiagnosticMessage($"{delivered} deliveries took {attempts} attempts; {kills} processes were killed");

            // Every delivery ended with 2xx; so each of the events was acknowledged, and must be there, once.
            delivered.Should().Be(Events * Deliveries);
            kills.Should().BeGreaterThanOrEqualTo(LeastKills);
            (await EffectsAsync()).Should().HaveCount(Events).And.OnlyContain(effect => effect.Value == 1);
        }
        finally
        {
            await over.CancelAsync();
            await killing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            foreach (var sender in senders) await sender.DisposeAsync();
            foreach (var app in apps) await app.DisposeAsync();
        }

        async Task KillAsync()
        {
            using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
            try
            {
                for (var next = 0; await second.WaitForNextTickAsync(over.Token); next = (next + 1) % Processes)
                {
                    await apps[next].DisposeAsync();
                    Interlocked.Increment(ref kills);
                    killed.Release();
                    // Waited for: where a start takes longer than a second, all of them would soon be down for good.
                    apps[next] = await StartAppAsync(ports[next]);
                }
            }
            catch (OperationCanceledException)
            {
                // The storm is over.
            }
        }
    }

    private async Task<AppProcess> StartAppAsync(int port) => await AppProcess.StartAsync(await Production.EnvironmentAsync(
        database,
        ("ASPNETCORE_URLS", $"http://127.0.0.1:{port}"),
        // More connections than processors only wait for each other, and each one has the statement to plan.
        ("ConnectionStrings__Postgres", new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = "saas_app", Password = "for development only", MaxPoolSize = 8 }.ConnectionString),
        ("Logging__LogLevel__Default", "Error"),
        ("Logging__LogLevel__Microsoft.Hosting.Lifetime", "Information"),
        ("DOTNET_gcServer", "0")));

    private static ChildProcess StartSender(IEnumerable<int> ports) => ChildProcess.Start(
        "DeliverStorm",
        [RunningApp.Secret, AppProcess.File("Stripe/checkout.session.completed.json"), $"{Deliveries / Processes}", .. ports.Select(port => $"http://127.0.0.1:{port}")]);

    private async Task<Dictionary<string, long>> EffectsAsync()
    {
        await using var select = database.DataSource.CreateCommand("SELECT event_id, count(*) FROM app.payments GROUP BY event_id");
        await using var row = await select.ExecuteReaderAsync(Ct);
        var effects = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await row.ReadAsync(Ct)) effects.Add(row.GetString(0), row.GetInt64(1));
        return effects;
    }

    // A killed process comes back at the port that its senders know. So they lie below those that systems give to whoever asks for any: nobody is given one meanwhile.
    private static int[] FreePorts()
    {
        var ports = Enumerable.Range(10_000, 20_000).ToArray();
        Random.Shared.Shuffle(ports);
        return [.. ports.Where(IsFree).Take(Processes)];
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
