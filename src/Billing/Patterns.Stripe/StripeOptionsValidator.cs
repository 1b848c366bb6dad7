using System.Buffers;
using Microsoft.Extensions.Options;
using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

internal sealed class StripeOptionsValidator : IValidateOptions<StripeOptions>
{
    private const string Name = nameof(StripeOptions);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(10);
    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.");

    public static bool IsLive(string? apiKey) =>
        apiKey is not null && (apiKey.StartsWith("sk_live_", StringComparison.Ordinal) || apiKey.StartsWith("rk_live_", StringComparison.Ordinal));

    // No message names the key's value.
    public ValidateOptionsResult Validate(string? name, StripeOptions options)
    {
        var failures = new List<string>();
        if (options.Enabled) CheckKey(failures, options.ApiKey);
        if (string.IsNullOrWhiteSpace(options.ApiVersion) || options.ApiVersion.AsSpan().ContainsAnyExcept(KeyCharacters))
            failures.Add($"{Name}.{nameof(options.ApiVersion)} is '{options.ApiVersion}'; it takes a version such as 2026-10-28.endive.");
        if (options.MaxRetries is < 0 or > RequestRules.MaxRetries) failures.Add($"{Name}.{nameof(options.MaxRetries)} is {options.MaxRetries}; it takes 0 to {RequestRules.MaxRetries}.");
        if (options.Timeout <= TimeSpan.Zero || options.Timeout > LongestTimeout)
            failures.Add($"{Name}.{nameof(options.Timeout)} is {options.Timeout}; it takes more than zero and at most {LongestTimeout}.");
        CheckAddress(failures, nameof(options.ApiBase), options.ApiBase, options.ApiKey);
        CheckAddress(failures, nameof(options.MeterEventsBase), options.MeterEventsBase, options.ApiKey);
        CheckPlans(failures, options.Plans);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void CheckKey(List<string> failures, string? key)
    {
        const string option = $"{Name}.{nameof(StripeOptions.ApiKey)}";
        if (string.IsNullOrWhiteSpace(key)) failures.Add($"{option} is missing; set it to a secret or restricted key, or {nameof(StripeOptions.Enabled)} to false.");
        else if (key.AsSpan().ContainsAnyExcept(KeyCharacters)) failures.Add($"{option} has characters that no key has; check for spaces and line ends around it.");
        else if (key.StartsWith("pk_", StringComparison.Ordinal)) failures.Add($"{option} is a publishable key; it takes a secret (sk_) or restricted (rk_) one.");
    }

    private static void CheckAddress(List<string> failures, string option, Uri? address, string? key)
    {
        if (address is null || !address.IsAbsoluteUri || address.Scheme is not ("http" or "https") || address.Query.Length > 0 || address.Fragment.Length > 0)
            failures.Add($"{Name}.{option} is '{address}'; it takes an absolute http or https address without query.");
        else if (address.Scheme == "http" && !address.IsLoopback && IsLive(key))
            failures.Add($"{Name}.{option} is '{address}', which would send a live key unencrypted; use https.");
    }

    private static void CheckPlans(List<string> failures, IDictionary<string, string> plans)
    {
        foreach (var (plan, price) in plans)
        {
            if (string.IsNullOrWhiteSpace(plan) || string.IsNullOrWhiteSpace(price)) failures.Add($"{Name}.{nameof(StripeOptions.Plans)}['{plan}'] is '{price}'; a plan has a name and a price id.");
        }
        foreach (var shared in plans.GroupBy(static plan => plan.Value, StringComparer.Ordinal).Where(static group => group.Count() > 1))
            failures.Add($"{Name}.{nameof(StripeOptions.Plans)} names price '{shared.Key}' for {string.Join(" and ", shared.Select(static plan => $"'{plan.Key}'"))}; a price belongs to one plan.");
    }
}
