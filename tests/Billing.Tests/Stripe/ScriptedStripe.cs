using Microsoft.Extensions.DependencyInjection;
using Patterns.Stripe;

namespace Billing.Tests.Stripe;

/// <summary>A client and the server that answers it as each test says.</summary>
public abstract class ScriptedStripe(Action<StripeOptions>? configure = null, TimeProvider? time = null) : IAsyncLifetime
{
    private ServiceProvider _provider = null!;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    private protected StripeServer Server { get; } = new();

    protected IStripeClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Server.InitializeAsync();
        _provider = StripeSetup.Provide(Server.Address, configure, time: time);
        Client = _provider.GetRequiredService<IStripeClient>();
    }

    public async ValueTask DisposeAsync()
    {
        await _provider.DisposeAsync();
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
