namespace Patterns.Stripe.Sending;

/// <summary>A request on its way: what all its attempts share, and what the last one learned.</summary>
internal sealed class StripeCall(StripeRequest request, string? account, int maxRetries)
{
    public StripeRequest Request { get; } = request;

    public string? Account { get; } = request.Options switch
    {
        null => account,
        { Context: not null } => null,
        var options => options.Account ?? account,
    };

    /// <summary>The key that every attempt carries. It is made once, here, so that no attempt can have another.</summary>
    public string? IdempotencyKey { get; } = request.CarriesKey ? request.Options?.IdempotencyKey ?? Guid.CreateVersion7().ToString() : null;

    public int MaxRetries { get; } = request.Options?.MaxRetries ?? maxRetries;

    public int Attempts { get; set; }

    /// <summary>What Stripe said about repeating the last attempt; null when it said nothing.</summary>
    public bool? ShouldRetry { get; set; }

    /// <summary>How long Stripe asked to wait; null when it did not.</summary>
    public TimeSpan? RetryAfter { get; set; }

    /// <summary>For logs and traces: a query may hold personal data.</summary>
    public string PathWithoutQuery => Request.Path.IndexOf('?', StringComparison.Ordinal) is > 0 and var end ? Request.Path[..end] : Request.Path;
}
