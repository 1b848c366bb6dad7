using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Patterns.Postgres;

namespace Patterns.AuditLog;

internal sealed partial class AuditLogOptionsValidator(IOptions<PostgresOptions> postgres) : IValidateOptions<AuditLogOptions>
{
    // PostgreSQL cuts names at 63 bytes, and the longest role is {schema}_audit_auditor.
    private const int LongestSchema = 63 - 14;

    public ValidateOptionsResult Validate(string? name, AuditLogOptions options)
    {
        var failures = new List<string>();
        if (!options.Retention.ContainsKey("standard"))
            failures.Add("AuditLogOptions.Retention has no class 'standard', which entries have unless they say otherwise. Keep it, with another time if need be.");
        foreach (var (retentionClass, keep) in options.Retention)
        {
            if (!ClassName().IsMatch(retentionClass))
                failures.Add($"AuditLogOptions.Retention has the class '{retentionClass}'; a class matches ^[a-z][a-z0-9_]{{0,19}}$, since tables are named after it.");
            // An entry is taken when its month cannot be dropped within a day: a class of one day would take none.
            if (keep < TimeSpan.FromDays(2) || keep > TimeSpan.FromDays(36_500))
                failures.Add($"AuditLogOptions.Retention[\"{retentionClass}\"] is {keep}; it takes 2 days to 100 years.");
        }

        foreach (var key in options.SigningKeys)
        {
            if (string.IsNullOrEmpty(key.Id) || key.Id.Length > 40 || key.Id.Any(char.IsControl))
                failures.Add($"AuditLogOptions.SigningKeys has a key with the id '{key.Id}'; an id has 1 to 40 characters, none of them a control character.");
            if (key.Key is null || key.Key.KeySize != 256)
                failures.Add($"AuditLogOptions.SigningKeys has the key '{key.Id}' of {key.Key?.KeySize ?? 0} bits; it takes ECDSA keys on P-256: ECDsa.Create(ECCurve.NamedCurves.nistP256).");
        }

        foreach (var id in options.SigningKeys.GroupBy(static k => k.Id, StringComparer.Ordinal).Where(static g => g.Count() > 1).Select(static g => g.Key))
            failures.Add($"AuditLogOptions.SigningKeys has the id '{id}' twice; give each key an id of its own.");

        if (options.SealEvery != Timeout.InfiniteTimeSpan)
            Demand(nameof(options.SealEvery), options.SealEvery, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1), "100 ms to a minute, or Timeout.InfiniteTimeSpan where another process seals");
        Demand(nameof(options.UnsealedLimit), options.UnsealedLimit, TimeSpan.FromSeconds(10), TimeSpan.FromDays(1), "10 s to a day");
        Demand(nameof(options.RetentionInterval), options.RetentionInterval, TimeSpan.FromMinutes(1), TimeSpan.FromDays(1), "a minute to a day");
        if (options.MaxRun is < 100 or > 100_000)
            failures.Add($"AuditLogOptions.MaxRun is {options.MaxRun}; it takes 100 to 100,000.");
        if (!Enum.IsDefined(options.Masking))
            failures.Add($"AuditLogOptions.Masking is {options.Masking}; it takes None or Standard.");
        if (options.DeniedKeys.Any(string.IsNullOrWhiteSpace))
            failures.Add("AuditLogOptions.DeniedKeys has an empty key.");
        if (string.IsNullOrEmpty(options.OperatorTenant) || options.OperatorTenant.Length > 200 || options.OperatorTenant.Contains('\0', StringComparison.Ordinal))
            failures.Add($"AuditLogOptions.OperatorTenant has {options.OperatorTenant?.Length ?? 0} characters; it takes 1 to 200, none of them NUL.");
        if (!Setting().IsMatch(options.TenantSetting))
            failures.Add($"AuditLogOptions.TenantSetting is '{options.TenantSetting}'; it takes the name of a setting such as app.tenant_id.");
        if (postgres.Value.Schema is { Length: > LongestSchema } schema)
            failures.Add($"PostgresOptions.Schema is '{schema}' of {schema.Length} characters; with the audit log it takes at most {LongestSchema}, since the roles of the log are named after it.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Demand(string option, TimeSpan value, TimeSpan min, TimeSpan max, string limits)
        {
            if (value < min || value > max)
                failures.Add($"AuditLogOptions.{option} is {value}; it takes {limits}.");
        }
    }

    [GeneratedRegex(@"^[a-z][a-z0-9_]{0,19}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex ClassName();

    [GeneratedRegex(@"^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Setting();
}
