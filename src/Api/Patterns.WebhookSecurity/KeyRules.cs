using System.Text;

namespace Patterns.WebhookSecurity;

/// <summary>What every key must fulfil, whether it is fixed or comes from a key source. The messages never contain a secret.</summary>
internal static class KeyRules
{
    private const int MinSecretBytes = 16;

    /// <exception cref="ArgumentException">The key is refused.</exception>
    public static void Check(IWebhookScheme scheme, WebhookKey key, bool allowShortSecrets)
    {
        if (!allowShortSecrets && Encoding.UTF8.GetByteCount(key.Secret) < MinSecretBytes)
        {
            throw new ArgumentException(
                $"Its secret is shorter than {MinSecretBytes} bytes. Use a longer one, or set {nameof(WebhookSecurityOptions)}.{nameof(WebhookSecurityOptions.AllowShortSecrets)}.",
                nameof(key));
        }
        scheme.CheckKey(key);
    }
}
