using Microsoft.Extensions.Options;

namespace Patterns.WebhookDedup;

internal sealed class WebhookDedupOptionsValidator : IValidateOptions<WebhookDedupOptions>
{
    public ValidateOptionsResult Validate(string? name, WebhookDedupOptions options)
    {
        var failures = new List<string>();
        if (options.MaxPayloadBytes is < 1 or > 64 << 20)
            failures.Add($"WebhookDedupOptions.MaxPayloadBytes is {options.MaxPayloadBytes}; it takes 1 byte to 64 MiB.");

        foreach (var (source, settings) in options.Sources)
        {
            if (settings.Fingerprint is null)
                failures.Add($"The Fingerprint of webhook source '{source}' is null; to compare ids only, set it to WebhookFingerprint.None.");
            if (!Enum.IsDefined(settings.OnMismatch))
                failures.Add($"The OnMismatch of webhook source '{source}' is {settings.OnMismatch}; it takes Refuse or TreatAsDuplicate.");
            if (!Enum.IsDefined(settings.OnFailure))
                failures.Add($"The OnFailure of webhook source '{source}' is {settings.OnFailure}; it takes Rethrow or StoreAndRetry.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
