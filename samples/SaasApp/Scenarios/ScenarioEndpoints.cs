using Microsoft.AspNetCore.Http.HttpResults;

namespace SaasApp;

internal static class ScenarioEndpoints
{
    public static void AddScenarios(this IServiceCollection services, bool seed)
    {
        services.AddSingleton<StripeTestEvents>();
        services.AddSingleton<StripeSender>();
        services.AddSingleton<ScenarioPlayer>();
        services.AddSingleton<Checkout>();
        services.AddSingleton<Tampering>();
        if (seed) services.AddHostedService<Seed>();
        services.AddSingleton(static _ => new HttpClient(new SocketsHttpHandler { UseProxy = false }));
    }

    /// <summary>The page's buttons. Outside Development there are none: they would let anybody have an event signed.</summary>
    public static void MapScenarios(this WebApplication app)
    {
        var scenarios = app.Environment.IsDevelopment() ? Scenario.All : [];
        app.MapGet("/api/scenarios", () => scenarios);
        if (scenarios.Count > 0) app.MapPost("/api/scenarios/{id}", PlayAsync);
    }

    private static async Task<Results<Ok<ScenarioReport>, NotFound>> PlayAsync(string id, ScenarioPlayer player, CancellationToken ct) =>
        Scenario.All.FirstOrDefault(scenario => scenario.Id == id) is { } scenario ? TypedResults.Ok(await player.PlayAsync(scenario, ct)) : TypedResults.NotFound();
}
