using Npgsql;
using Patterns.WebhookDedup;

namespace Api.Tests.WebhookDedup;

/// <summary>
/// What the handlers of one test do; registered as a singleton, <c>o.Handle&lt;Handling.Handler&gt;(...)</c>. By default an event has its effect and is done.
/// </summary>
internal sealed class Handling(Func<WebhookWork, CancellationToken, Task<WebhookResult>>? handle = null)
{
    private readonly System.Collections.Concurrent.ConcurrentQueue<WebhookWork> _seen = new();

    /// <summary>Every attempt, in the order in which they began.</summary>
    public IReadOnlyList<WebhookWork> Seen => [.. _seen];

    public IEnumerable<string> SeenIds => _seen.Select(work => work.Event.Id);

    public static async Task<WebhookResult> EffectAsync(WebhookWork work)
    {
        await Application.EffectAsync(work.Transaction, work.Event);
        return WebhookResult.Done;
    }

    internal sealed class Handler(Handling handling) : IWebhookHandler
    {
        public Task<WebhookResult> HandleAsync(WebhookWork work, CancellationToken ct)
        {
            handling._seen.Enqueue(work);
            return handling.Handle(work, ct);
        }
    }

    private Task<WebhookResult> Handle(WebhookWork work, CancellationToken ct) => handle is null ? EffectAsync(work) : handle(work, ct);

    /// <summary>An application whose events of source stripe have this handling.</summary>
    public Task<Application> StartAsync(string connectionString, Action<WebhookDedupOptions>? configure = null, Action<Microsoft.Extensions.DependencyInjection.IServiceCollection>? register = null) => Application.StartAsync(
        connectionString,
        o =>
        {
            o.Handle<Handler>("stripe", "invoice.*");
            configure?.Invoke(o);
        },
        register: services =>
        {
            Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton(services, this);
            register?.Invoke(services);
        });

    /// <summary>The same application with its clock of the database moved: leases and delays that end within <paramref name="by"/> have ended.</summary>
    public static string Later(string connectionString, TimeSpan by) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        Options = FormattableString.Invariant($"-c patterns.clock_offset={by.TotalSeconds:0}s"),
    }.ConnectionString;
}
