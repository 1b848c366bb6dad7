using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SaasApp;

/// <summary>Makes events of the shape and size of Stripe's, each with ids of its own.</summary>
internal sealed class StripeTestEvents(TimeProvider time)
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static readonly string[] Types = [StripeWebhook.CheckoutCompleted, StripeWebhook.InvoicePaid];
    private static readonly Dictionary<string, string> Templates = Types.ToDictionary(static type => type, ReadTemplate, StringComparer.Ordinal);

    /// <summary>A new event of one of the two types.</summary>
    public StripeTestEvent Next(string type)
    {
        var key = RandomNumberGenerator.GetString(Letters, 22);
        var now = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var body = Templates[type].Replace("KEY", key, StringComparison.Ordinal).Replace("1767225600", now, StringComparison.Ordinal);
        return new StripeTestEvent("evt_1" + key, type, Encoding.UTF8.GetBytes(body));
    }

    private static string ReadTemplate(string type)
    {
        using var reader = new StreamReader(typeof(StripeTestEvents).Assembly.GetManifestResourceStream($"Stripe/{type}.json")!);
        return reader.ReadToEnd();
    }
}
