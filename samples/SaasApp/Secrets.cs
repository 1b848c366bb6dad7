namespace SaasApp;

/// <summary>What the application must be told and nobody else may know. In Development each has a value that everybody knows; elsewhere the start fails without it.</summary>
internal sealed partial class Secrets
{
    public const string StripeWebhook = "Stripe:WebhookSecret";
    public const string TenantSeal = "Tenants:SealKey";
    public const string AuditSigning = "Audit:SigningKey";

    private static readonly (string Key, string Remedy, string ForDevelopment)[] Known =
    [
        (StripeWebhook, "to the signing secret of the endpoint, which Stripe's dashboard shows", "whsec_for_development_only_known_to_everybody"),
        (TenantSeal, "to 32 random bytes in Base64: openssl rand -base64 32", "u5QhkI1y592S+rUmYXgV8gPlgC4g4j66jTwUHmShcxw="),
        (AuditSigning, "to a P-256 key in Base64: openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -outform DER | base64 -w0",
            "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgex7SVJHaH8W2RtJx2TuL2s6iiEJeqk10S1+cLMJRsEqhRANCAAQ3H0a2QzUwUszDiDXzFSIVV74NbXUovsXRD4+mPt3sQbcTm8KW7+C77jQJIonnpXvOSxTBpHKNnVaRUX1Pjwyu"),
    ];

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public string this[string key] => _values[key];

    public static Secrets Read(IConfiguration configuration, IHostEnvironment environment)
    {
        var secrets = new Secrets();
        foreach (var (key, remedy, forDevelopment) in Known)
        {
            secrets._values[key] = configuration[key] switch
            {
                { Length: > 0 } secret => secret,
                _ when environment.IsDevelopment() => forDevelopment,
                _ => throw new InvalidOperationException($"{key} is not configured. Set it (as the environment variable {Variable(key)}, or in your secret store) {remedy}."),
            };
        }

        return secrets;
    }

    /// <summary>Gives them to a process that does the same work.</summary>
    public void PassOn(IDictionary<string, string?> environment)
    {
        foreach (var (key, value) in _values) environment[Variable(key)] = value;
    }

    /// <summary>Tells the developer which secret to sign webhooks with, if it is the one that is no secret.</summary>
    public void Announce(ILogger logger)
    {
        if (this[StripeWebhook] == Known[0].ForDevelopment) LogDefault(logger, StripeWebhook, this[StripeWebhook]);
    }

    private static string Variable(string key) => key.Replace(":", "__", StringComparison.Ordinal);

    [LoggerMessage(1, LogLevel.Information, "{Key} is not configured; webhooks are verified with the development secret {Secret}")]
    private static partial void LogDefault(ILogger logger, string key, string secret);
}
