using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SaasApp;

/// <summary>Makes events of the shape and size of Stripe's, each with ids of its own.</summary>
internal sealed class StripeTestEvents(TimeProvider time)
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static readonly string[] Types = [StripeWebhook.CheckoutCompleted, StripeWebhook.InvoicePaid];
    private static readonly Dictionary<string, string> Templates = Types.ToDictionary(static type => type, static type => Resource.Read($"Stripe/{type}.json"), StringComparer.Ordinal);

    /// <summary>A new event of one of the two types, about no purchase of ours.</summary>
    public StripeTestEvent Next(string type) => Make(type, NewKey(), static body => body);

    /// <summary>The two events of one purchase: a checkout that made an invoice, and that invoice. Both carry what the application said when it began the checkout.</summary>
    public (StripeTestEvent Checkout, StripeTestEvent Invoice, string PurchaseId) Purchase(string tenant, Pack pack)
    {
        var key = NewKey();
        var metadata = $"\"metadata\": {{ \"tenant_id\": \"{tenant}\", \"credits\": \"{pack.Credits}\" }}";
        return (Make(StripeWebhook.CheckoutCompleted, key, Bought), Make(StripeWebhook.InvoicePaid, key, Bought), "in_1" + key);

        string Bought(string body) => body
            .Replace("\"metadata\": {}", metadata, StringComparison.Ordinal)
            .Replace("\"invoice\": null", $"\"invoice\": \"in_1{key}\"", StringComparison.Ordinal)
            .Replace(": 4900", $": {pack.AmountMinor}", StringComparison.Ordinal);
    }

    private StripeTestEvent Make(string type, string key, Func<string, string> bought)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        // Two events about one purchase have different ids, as Stripe's have.
        var id = (type == StripeWebhook.InvoicePaid ? "evt_1i" : "evt_1c") + key[1..];
        var body = bought(Templates[type]).Replace("evt_1KEY", id, StringComparison.Ordinal).Replace("KEY", key, StringComparison.Ordinal).Replace("1767225600", now, StringComparison.Ordinal);
        return new StripeTestEvent(id, type, Encoding.UTF8.GetBytes(body));
    }

    private static string NewKey() => RandomNumberGenerator.GetString(Letters, 22);
}
