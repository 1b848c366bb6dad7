using Microsoft.Extensions.Options;

namespace Patterns.RlsSession;

internal sealed class RlsOptionsValidator : IValidateOptions<RlsOptions>
{
    private const int MinSecret = 32;
    private static readonly string[] NoRoles = ["", "none"];

    public static string? Problem(SealKey key) =>
        key.Id < 0 ? $"SealKey {key.Id} has a negative id; it takes 0 to {short.MaxValue}."
        : key.Secret.Length < MinSecret ? $"The secret of SealKey {key.Id} has {key.Secret.Length} bytes; it takes {MinSecret} or more, from RandomNumberGenerator.GetBytes({MinSecret})."
        : null;

    public ValidateOptionsResult Validate(string? name, RlsOptions options)
    {
        var failures = new List<string>();
        CheckSettings(options, failures);
        CheckRoles(options, failures);
        CheckSeal(options, failures);
        if (string.IsNullOrEmpty(options.TenantColumn))
            failures.Add("RlsOptions.TenantColumn is empty; it takes the name of the column that holds the tenant.");
        if (options.Request.TenantHostLabel is < 0 || options.Request.MinHostLabels < 1)
            failures.Add($"RlsOptions.Request has TenantHostLabel {options.Request.TenantHostLabel} and MinHostLabels {options.Request.MinHostLabels}; labels are counted from 0, and a host has at least 1.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void CheckSettings(RlsOptions options, List<string> failures)
    {
        (string Option, string Name)[] settings =
            [(nameof(options.SettingName), options.SettingName), (nameof(options.UserSettingName), options.UserSettingName), (nameof(options.SealSettingName), options.SealSettingName)];
        foreach (var (option, setting) in settings)
        {
            if (!ScopeRules.IsSettingName(setting))
                failures.Add($"RlsOptions.{option} is '{setting}'; it takes two or more parts of a-z, 0-9 and _ with dots between them, such as app.tenant_id, up to 63 characters, and does not begin with pg_.");
            else if (setting.StartsWith(SupabaseClaims.SettingPrefix, StringComparison.Ordinal))
                failures.Add($"RlsOptions.{option} is '{setting}'; request.jwt.* holds claims.");
        }

        if (settings.DistinctBy(static setting => setting.Name, StringComparer.Ordinal).Count() < settings.Length)
            failures.Add("RlsOptions.SettingName, UserSettingName and SealSettingName are not three names.");
    }

    private static void CheckRoles(RlsOptions options, List<string> failures)
    {
        foreach (var role in options.Roles.Append(options.Role ?? "app").Where(static role => role is null || NoRoles.Contains(role, StringComparer.OrdinalIgnoreCase) || role.Contains('\0', StringComparison.Ordinal)))
            failures.Add($"RlsOptions.Role and Roles have '{role}', which is no role: it would give the statement to the login role.");
        if (options.Mode == RlsMode.SupabaseClaims && options.Role is not null)
            failures.Add("RlsOptions.Role is set, but in RlsMode.SupabaseClaims the claims say the role. Leave it out; further roles go to RlsOptions.Roles.");
        if (options.Mode == RlsMode.SupabaseClaims && options.Roles.Contains(SupabaseClaims.Service))
            failures.Add("RlsOptions.Roles has service_role, which sees every tenant. Use BypassAsync for that work.");
    }

    private static void CheckSeal(RlsOptions options, List<string> failures)
    {
        if (options.Sealing == Sealing.On && options.SealKeys.Count == 0)
            failures.Add("RlsOptions.Sealing is On without a key. Add one: o.SealKeys.Add(new SealKey(1, secret)).");
        failures.AddRange(options.SealKeys.Select(Problem).OfType<string>());
        if (options.SealKeys.DistinctBy(static key => key.Id).Count() < options.SealKeys.Count)
            failures.Add("RlsOptions.SealKeys has two keys of one id. A new secret takes a new id.");
        if (options.SealLifetime < TimeSpan.FromSeconds(10) || options.SealLifetime > TimeSpan.FromDays(1))
            failures.Add($"RlsOptions.SealLifetime is {options.SealLifetime}; it takes 10 s to a day.");
    }
}
