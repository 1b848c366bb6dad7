using Patterns.WebhookDedup;

namespace SaasApp;

/// <summary>One sender, who sends the next event when the last one is answered. Each event is the one before with another id, so that making events costs next to nothing.</summary>
internal sealed class LoadCaller(StripeTestEvent first)
{
    private const int Digits = 10;
    private readonly int _end = first.Body.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(first.Id)) + first.Id.Length;
    private int _sent;

    public int PayloadBytes => first.Body.Length;

    /// <summary>The next event, read from its payload as the endpoint does. The payload of the one before is overwritten.</summary>
    public WebhookEvent Next()
    {
        (++_sent).TryFormat(first.Body.AsSpan(_end - Digits, Digits), out _, "D10", System.Globalization.CultureInfo.InvariantCulture);
        return WebhookEvent.FromStripe(first.Body);
    }
}
