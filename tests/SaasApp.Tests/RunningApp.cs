using Microsoft.Extensions.DependencyInjection;
using Patterns.WebhookSecurity;

namespace SaasApp.Tests;

/// <summary>The application in Development with a PostgreSQL of its own, which the tests share that only deliver to it; and a sender that knows its secret.</summary>
public sealed class RunningApp : IAsyncLifetime
{
    public const string Secret = "whsec_of_the_tests_and_of_nobody_else";
    private ServiceProvider? _services;
    private AppProcess? _process;

    public HttpClient Client { get; private set; } = null!;

    /// <summary>Everything that it has logged.</summary>
    public string Output => _process!.Output;

    public async ValueTask InitializeAsync()
    {
        _services = new ServiceCollection().AddWebhookSecurity(o => o.AddSource("stripe", WebhookScheme.Stripe, keys => keys.Add("current", Secret))).BuildServiceProvider();
        _process = await AppProcess.StartAsync(new Dictionary<string, string?>(Production.Secrets, StringComparer.Ordinal) { ["ConnectionStrings__Postgres"] = null });
        Client = await _process.ClientAsync();
    }

    /// <summary>Delivers a body as Stripe does, signed now.</summary>
    public Task<HttpResponseMessage> DeliverAsync(string body)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(body);
        return DeliverAsync(body, _services!.GetRequiredService<IWebhookSigner>().Sign("stripe", "unused", TimeProvider.System.GetUtcNow(), bytes)["Stripe-Signature"]);
    }

    /// <summary>Delivers a body with a signature.</summary>
    public async Task<HttpResponseMessage> DeliverAsync(string body, string signature)
    {
        using var content = new StringContent(body);
        content.Headers.Add("Stripe-Signature", signature);
        return await Client.PostAsync("/webhooks/stripe", content);
    }

    /// <summary>The payments of one event.</summary>
    public async Task<List<Payment>> PaymentsAsync(string eventId) => (await System.Net.Http.Json.HttpClientJsonExtensions.GetFromJsonAsync<List<Payment>>(Client, $"/api/payments?event={eventId}"))!;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_process is not null) await _process.DisposeAsync();
        if (_services is not null) await _services.DisposeAsync();
    }
}
