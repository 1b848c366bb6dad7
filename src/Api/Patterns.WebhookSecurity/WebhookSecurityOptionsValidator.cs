using Microsoft.Extensions.Options;

namespace Patterns.WebhookSecurity;

internal sealed class WebhookSecurityOptionsValidator : IValidateOptions<WebhookSecurityOptions>
{
    private const string Name = nameof(WebhookSecurityOptions);

    public ValidateOptionsResult Validate(string? name, WebhookSecurityOptions options)
    {
        var failures = new List<string>();
        CheckLimit(failures, nameof(options.MaxAge), options.MaxAge);
        CheckLimit(failures, nameof(options.MaxSkew), options.MaxSkew);
        if (options.KeyTimeout <= TimeSpan.Zero || options.KeyTimeout > TimeSpan.FromMinutes(1))
            failures.Add($"{Name}.{nameof(options.KeyTimeout)} is {options.KeyTimeout}; it takes more than zero and at most one minute.");
        if (options.MaxBodyBytes is < 1 or > 1 << 30) failures.Add($"{Name}.{nameof(options.MaxBodyBytes)} is {options.MaxBodyBytes}; it takes 1 byte to 1 GiB.");
        if (options.PublicBaseUrl is { } url && (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https") || url.Query.Length > 0 || url.Fragment.Length > 0))
            failures.Add($"{Name}.{nameof(options.PublicBaseUrl)} is '{url}'; it takes an absolute http or https address without query, such as https://hooks.example.com.");
        CheckStatusCodes(failures, options.StatusCodes);
        foreach (var source in options.Sources.Values) CheckKeys(failures, source, options);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void CheckLimit(List<string> failures, string option, TimeSpan value)
    {
        if (value <= TimeSpan.Zero && value != Timeout.InfiniteTimeSpan)
            failures.Add($"{Name}.{option} is {value}; it takes more than zero, or Timeout.InfiniteTimeSpan to switch the check off.");
    }

    private static void CheckStatusCodes(List<string> failures, IDictionary<WebhookOutcome, int> codes)
    {
        foreach (var outcome in Enum.GetValues<WebhookOutcome>())
        {
            var found = codes.TryGetValue(outcome, out var code);
            if (outcome == WebhookOutcome.Valid ? found : !found || code is < 200 or > 599)
                failures.Add($"{Name}.{nameof(WebhookSecurityOptions.StatusCodes)}[{outcome}] is {(found ? code : "missing")}; every refusal takes a code from 200 to 599, and {WebhookOutcome.Valid} none.");
        }
    }

    private static void CheckKeys(List<string> failures, SourceRegistration source, WebhookSecurityOptions options)
    {
        if (source.Keys is null) return;
        var where = $"{Name}.{nameof(WebhookSecurityOptions.AddSource)}(\"{source.Name}\")";
        if (source.Keys.Count == 0) failures.Add($"{where} has no key: add one with keys.Add(id, secret), or name a key source with keysFrom.");
        foreach (var key in source.Keys)
        {
            try
            {
                KeyRules.Check(source.SchemeFor(options), key, options.AllowShortSecrets);
            }
            catch (ArgumentException exception)
            {
                failures.Add($"{where}: key '{key.Id}' is refused. {exception.Message}");
            }
        }
    }
}
