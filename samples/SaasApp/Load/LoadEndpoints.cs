using System.Runtime.CompilerServices;
using SaasApp.Load;

namespace SaasApp;

internal static class LoadEndpoints
{
    /// <summary>The figures of the run at hand as they change, drawn; it ends with the run, or with the application.</summary>
    public static void MapSpendLoad(this WebApplication app) =>
        app.MapGet("/load/live", static (SpendLoad load, HtmlFragments fragments, IHostApplicationLifetime lifetime, CancellationToken ct) =>
            TypedResults.ServerSentEvents(FollowAsync(load, fragments, lifetime, ct)));

    private static async IAsyncEnumerable<string> FollowAsync(SpendLoad load, HtmlFragments fragments, IHostApplicationLifetime lifetime, [EnumeratorCancellation] CancellationToken ct)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct, lifetime.ApplicationStopping);
        await foreach (var figures in load.FollowAsync(ended.Token))
            yield return await fragments.RenderAsync<LoadFigures>(nameof(LoadFigures.Figures), figures);
    }
}
