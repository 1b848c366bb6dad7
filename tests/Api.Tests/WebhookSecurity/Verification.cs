using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Patterns.WebhookSecurity;

namespace Api.Tests.WebhookSecurity;

/// <summary>The verifier and signer of one test, on a clock that stands still.</summary>
internal sealed class Verification : IDisposable
{
    private readonly ServiceProvider _services;

    public Verification(Action<WebhookSecurityOptions> configure, Action<IServiceCollection>? services = null)
    {
        var collection = new ServiceCollection().AddSingleton<TimeProvider>(Time).AddLogging(logging => logging.AddProvider(Logs)).AddWebhookSecurity(configure);
        services?.Invoke(collection);
        _services = collection.BuildServiceProvider();
    }

    /// <summary>A source "it" with one key.</summary>
    public Verification(IWebhookScheme scheme, string secret)
        : this(o =>
        {
            o.AllowShortSecrets = true;
            o.AddSource("it", scheme, keys => keys.Add("key", secret));
        })
    {
    }

    public FakeTime Time { get; } = new();

    public CapturedLog Logs { get; } = new();

    public IWebhookVerifier Verifier => _services.GetRequiredService<IWebhookVerifier>();

    public IWebhookSigner Signer => _services.GetRequiredService<IWebhookSigner>();

    public long Now => Time.GetUtcNow().ToUnixTimeSeconds();

    public IReadOnlyDictionary<string, string> Sign(string body, string id = "evt_1", string? url = null) => Signer.Sign("it", id, Time.GetUtcNow(), Encoding.UTF8.GetBytes(body), url);

    public async Task<WebhookVerification> VerifyAsync(IReadOnlyDictionary<string, string> headers, string body, string? url = null, string? scope = null) =>
        await VerifyAsync(headers, Encoding.UTF8.GetBytes(body), url, scope);

    public async Task<WebhookVerification> VerifyAsync(IReadOnlyDictionary<string, string> headers, byte[] body, string? url = null, string? scope = null)
    {
        var dictionary = new HeaderDictionary();
        foreach (var (name, value) in headers) dictionary[name] = value;
        return await Verifier.VerifyAsync("it", new WebhookRequest(dictionary, body, url), scope);
    }

    /// <summary>The outcome for headers written as <c>name: value</c>.</summary>
    public async Task<WebhookOutcome> OutcomeAsync(string body, params string[] headers) =>
        (await VerifyAsync(headers.Select(header => header.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase), body)).Outcome;

    public void Dispose() => _services.Dispose();
}
