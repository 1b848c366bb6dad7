using Microsoft.Extensions.DependencyInjection;
using Patterns.Stripe;

namespace Billing.Tests.Stripe;

/// <summary>A client as an application has it.</summary>
internal static class StripeSetup
{
    public const string Key = "sk_test_51TheKeyThatNobodyMaySee";

    public static ServiceProvider Provide(Uri address, Action<StripeOptions>? configure = null, TimeProvider? time = null, Action<IServiceCollection>? services = null)
    {
        var collection = new ServiceCollection();
        if (time is not null) collection.AddSingleton(time);
        collection.AddStripe(options =>
        {
            options.ApiKey = Key;
            options.ApiBase = address;
            options.MeterEventsBase = address;
            configure?.Invoke(options);
        });
        services?.Invoke(collection);
        return collection.BuildServiceProvider();
    }

    public static IReadOnlyDictionary<string, string> Map(params (string Key, string Value)[] entries) => entries.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);

    public static IStripeClient Client(Uri address, Action<StripeOptions>? configure = null, TimeProvider? time = null) =>
        Provide(address, configure, time).GetRequiredService<IStripeClient>();
}
