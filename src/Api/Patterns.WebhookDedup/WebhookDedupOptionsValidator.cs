using Microsoft.Extensions.Options;

namespace Patterns.WebhookDedup;

internal sealed class WebhookDedupOptionsValidator : IValidateOptions<WebhookDedupOptions>
{
    private static readonly TimeSpan MinRemembered = TimeSpan.FromDays(4);
    private static readonly TimeSpan MaxRemembered = TimeSpan.FromDays(3_653);

    public ValidateOptionsResult Validate(string? name, WebhookDedupOptions options)
    {
        var failures = new List<string>();
        if (options.MaxPayloadBytes is < 1 or > 64 << 20)
            failures.Add($"WebhookDedupOptions.MaxPayloadBytes is {options.MaxPayloadBytes}; it takes 1 byte to 64 MiB.");

        if (options.HandlersAtOnce is < 1 or > 256)
            failures.Add($"WebhookDedupOptions.HandlersAtOnce is {options.HandlersAtOnce}; it takes 1 to 256.");
        if (options.RememberFor < MinRemembered || options.RememberFor > MaxRemembered)
            failures.Add($"WebhookDedupOptions.RememberFor is {options.RememberFor}; it takes 4 days to 10 years. Providers redeliver for three days, and support engineers for weeks.");
        if (options.KeepPayloadFor < TimeSpan.FromDays(1) || options.KeepPayloadFor > options.RememberFor)
            failures.Add($"WebhookDedupOptions.KeepPayloadFor is {options.KeepPayloadFor}; it takes 1 day to RememberFor ({options.RememberFor}).");

        // A source need not be configured to have handlers, so only a name that is certainly meant to be another one is refused.
        foreach (var source in options.Handlers.Keys.Where(source => !options.Sources.ContainsKey(source)))
        {
            if (options.Sources.Keys.FirstOrDefault(known => known.Equals(source, StringComparison.OrdinalIgnoreCase)) is { } meant)
                failures.Add($"There is a handler for webhook source '{source}' and options for '{meant}'; names of sources are compared with their case. Write them alike.");
        }

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
