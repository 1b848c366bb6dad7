namespace SaasApp;

/// <summary>Plays all scenarios in the terminal and judges them.</summary>
internal static class DemoRun
{
    private const int StoppedBySignal = 130;

    /// <summary>A server, a port and a database of its own: neither the demonstration nor the load may touch anybody's data, and both must run beside the application.</summary>
    public static void OnServerOfItsOwn(this WebApplicationBuilder builder)
    {
        builder.Configuration["ConnectionStrings:Postgres"] = null;
        builder.Configuration[$"ConnectionStrings:{DatabaseLogin.Owner}"] = null;
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        // What is refused here is refused on purpose.
        builder.Configuration["Logging:LogLevel:Default"] = "Error";
    }

    /// <returns>The exit code: 0 only if every effect happened as it must.</returns>
    public static async Task<int> PlayDemoAsync(this WebApplication app)
    {
        await app.StartAsync();
        var stopped = app.Lifetime.ApplicationStopping;
        try
        {
            var player = app.Services.GetRequiredService<ScenarioPlayer>();
            Console.WriteLine($"Signed events of Stripe's shape, delivered over HTTP to {player.Address} with PostgreSQL {await DatabaseVersionAsync(app, stopped)}\n");
            Print("scenario", "deliveries", "effects", "answers");

            var reports = new List<ScenarioReport>();
            foreach (var scenario in Scenario.All)
            {
                var report = await player.PlayAsync(scenario, stopped);
                reports.Add(report);
                Print(scenario.Title, report.Answers.Count, report.Effects, report.IsRight ? report.Summary : $"{report.Summary}  WRONG");
            }

            var verdict = new DemoVerdict(reports, await player.CountPaymentsAsync("", stopped));
            Console.WriteLine($"\n{verdict.Text}\n");

            var isRight = verdict.IsRight;
            await foreach (var step in ActivatorUtilities.CreateInstance<DemoStory>(app.Services).TellAsync(stopped))
            {
                isRight &= step.IsRight;
                Console.WriteLine($"  {step.Title,-32}{step.Text}{(step.IsRight ? "" : "  WRONG")}");
            }

            return isRight ? 0 : 1;
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

    private static void Print(string scenario, object deliveries, object effects, string answers) => Console.WriteLine($"  {scenario,-24}{deliveries,10}{effects,10}   {answers}");

    private static async Task<string> DatabaseVersionAsync(WebApplication app, CancellationToken ct)
    {
        await using var connection = await app.Services.GetRequiredService<Patterns.Postgres.IPostgres>().DataSource.OpenConnectionAsync(ct);
        return connection.PostgreSqlVersion.ToString();
    }
}
