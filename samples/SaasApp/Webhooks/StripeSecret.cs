namespace SaasApp;

/// <summary>The secret that Stripe signs with.</summary>
internal sealed partial class StripeSecret(string value)
{
    public string Value => value;

    private const string Key = "Stripe:WebhookSecret";
    private const string ForDevelopment = "whsec_for_development_only_known_to_everybody";

    /// <summary>The configured secret. In Development there is a default; elsewhere there is none, because a known secret lets anybody sign.</summary>
    public static StripeSecret Read(IConfiguration configuration, IHostEnvironment environment) => configuration[Key] switch
    {
        { Length: > 0 } secret => new(secret),
        _ when environment.IsDevelopment() => new(ForDevelopment),
        _ => throw new InvalidOperationException(
            $"{Key} is not configured. Set it (as the environment variable Stripe__WebhookSecret, or in your secret store) to the signing secret of the endpoint, which Stripe's dashboard shows."),
    };

    /// <summary>Tells the developer which secret to sign with, if it is the one that is no secret.</summary>
    public void Announce(ILogger logger)
    {
        if (Value == ForDevelopment) LogDefault(logger, Key, ForDevelopment);
    }

    [LoggerMessage(1, LogLevel.Information, "{Key} is not configured; webhooks are verified with the development secret {Secret}")]
    private static partial void LogDefault(ILogger logger, string key, string secret);
}
