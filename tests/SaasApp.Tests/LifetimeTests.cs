using System.Globalization;
using System.Net;

namespace SaasApp.Tests;

/// <summary>How the application starts, refuses to start, and ends.</summary>
public sealed class LifetimeTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_graceful_stop_leaves_no_process(string signal)
    {
        await using var app = await AppProcess.StartAsync(WithoutDatabase);
        var family = Descendants(app.Id);
        family.Should().NotBeEmpty("its PostgreSQL is a process");

        app.Signal(signal);

        (await app.EndAsync()).Should().Be(0, app.Output);
        await Eventually.HoldsAsync("all processes have ended", () => !family.Exists(IsAlive));
    }

    [Fact]
    public async Task A_killed_application_leaves_no_process()
    {
        await using var app = await AppProcess.StartAsync(WithoutDatabase);
        var family = Descendants(app.Id);
        family.Should().NotBeEmpty("its PostgreSQL is a process");

        await app.KillAsync();

        await Eventually.HoldsAsync("all processes have ended", () => !family.Exists(IsAlive));
    }

    [Fact]
    public async Task An_interrupted_demonstration_leaves_no_process_and_fails()
    {
        await using var demo = AppProcess.Run(environment: null, "--demo");
        await demo.SaysAsync("Ten at once");
        var family = Descendants(demo.Id);

        demo.Signal("INT");

        (await demo.EndAsync()).Should().Be(130, demo.Output);
        await Eventually.HoldsAsync("all processes have ended", () => !family.Exists(IsAlive));
    }

    [Theory]
    [InlineData("Stripe__WebhookSecret", "Stripe:WebhookSecret")]
    [InlineData("Tenants__SealKey", "Tenants:SealKey")]
    [InlineData("Audit__SigningKey", "Audit:SigningKey")]
    public async Task In_Production_it_does_not_start_without_a_secret(string name, string key)
    {
        await using var app = AppProcess.Run(await Production.EnvironmentAsync(database, (name, null)));

        (await app.EndAsync()).Should().NotBe(0);
        app.Output.Should().Contain($"{key} is not configured");
    }

    [Fact]
    public async Task In_Production_it_does_not_start_without_a_database()
    {
        await using var app = AppProcess.Run(await Production.EnvironmentAsync(database, ("ConnectionStrings__Postgres", null)));

        (await app.EndAsync()).Should().NotBe(0);
        app.Output.Should().Contain("does not know where the database is");
    }

    [Fact]
    public async Task In_Production_nobody_can_have_an_event_signed()
    {
        await using var app = await AppProcess.StartAsync(await Production.EnvironmentAsync(database));
        using var client = await app.ClientAsync();

        (await client.GetStringAsync("/api/scenarios", Ct)).Should().Be("[]");
        (await client.PostAsync("/api/scenarios/once", content: null, Ct)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        var health = await client.GetAsync("/health", Ct);
        (await health.Content.ReadAsStringAsync(Ct)).Should().BeOneOf(["Healthy", "Degraded"], "partitions ahead may wait for the claim of an application that was killed, and no more than that may be wrong:\n{0}", app.Output);
        app.Output.Should().NotContain(RunningApp.Secret).And.NotContain(Production.SealKey);
    }

    [Fact]
    public async Task In_Production_it_does_not_start_with_a_login_that_policies_do_not_bind()
    {
        await using var app = AppProcess.Run(await Production.EnvironmentAsync(database, ("ConnectionStrings__Postgres", database.ConnectionString)));

        (await app.EndAsync()).Should().NotBe(0);
        app.Output.Should().Contain("is a superuser");
    }

    [Fact]
    public async Task The_development_secret_is_told_and_a_configured_one_never()
    {
        await using var byDefault = await AppProcess.StartAsync(new Dictionary<string, string?>(Production.Secrets, StringComparer.Ordinal) { ["Stripe__WebhookSecret"] = null, ["ConnectionStrings__Postgres"] = database.ConnectionString });

        byDefault.Output.Should().Contain("development secret whsec_");
    }

    private static Dictionary<string, string?> WithoutDatabase => new(StringComparer.Ordinal) { ["ConnectionStrings__Postgres"] = null };

    private static List<int> Descendants(int root)
    {
        var parents = Directory.EnumerateDirectories("/proc").Select(directory => (Directory: directory, Id: Number(Path.GetFileName(directory)))).Where(entry => entry.Id > 0).ToLookup(entry => Parent(entry.Directory), entry => entry.Id);
        var found = new List<int>();
        var open = new Queue<int>([root]);
        while (open.TryDequeue(out var process))
        {
            foreach (var child in parents[process])
            {
                found.Add(child);
                open.Enqueue(child);
            }
        }

        return found;
    }

    // The fourth field of /proc/<id>/stat; the second is a name in parentheses, which may hold anything.
    private static int Parent(string directory)
    {
        try
        {
            var stat = File.ReadAllText(directory + "/stat");
            return Number(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1]);
        }
        catch (IOException)
        {
            return -1; // ended meanwhile
        }
    }

    private static bool IsAlive(int process) => Directory.Exists($"/proc/{process}");

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
}
