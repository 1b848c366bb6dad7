using Microsoft.Extensions.Options;
using Npgsql;

namespace Patterns.Postgres;

internal sealed class PostgresOptionsValidator : IValidateOptions<PostgresOptions>
{
    public ValidateOptionsResult Validate(string? name, PostgresOptions options)
    {
        var failures = new List<string>();
        if (!Identifier.IsValid(options.Schema) || options.Schema.StartsWith("pg_", StringComparison.Ordinal))
            failures.Add($"PostgresOptions.Schema is '{options.Schema}'; it must match {Identifier.Pattern} and not start with pg_, which PostgreSQL keeps for itself.");

        if (options.SchemaLockWait <= TimeSpan.Zero)
            failures.Add($"PostgresOptions.SchemaLockWait is {options.SchemaLockWait}; it must be more than 0. To leave the schema alone, set SchemaMode to Off.");

        if (options.RetryBudget < TimeSpan.Zero)
            failures.Add($"PostgresOptions.RetryBudget is {options.RetryBudget}; it must be 0 (no retries) or more.");

        if (options.MaintenanceInterval != Timeout.InfiniteTimeSpan && (options.MaintenanceInterval <= TimeSpan.Zero || options.MaintenanceInterval > TimeSpan.FromHours(1)))
            failures.Add($"PostgresOptions.MaintenanceInterval is {options.MaintenanceInterval}; it must be more than 0 and at most an hour, or Timeout.InfiniteTimeSpan for never.");

        if (options.ResyncInterval < TimeSpan.FromSeconds(1) || options.ResyncInterval > TimeSpan.FromDays(1))
            failures.Add($"PostgresOptions.ResyncInterval is {options.ResyncInterval}; it must be 1 second to 1 day.");

        if (options.SessionConnectionString is { } session && !IsConnectionString(session))
            failures.Add("PostgresOptions.SessionConnectionString is not a connection string in Npgsql's form with a Host, such as 'Host=10.0.0.5;Port=5432;Database=app;Username=app'. Leave it null to connect as the application does.");

        if (!Enum.IsDefined(options.Prepare))
            failures.Add($"PostgresOptions.Prepare is {options.Prepare}; it must be Auto, Always or Never.");

        if (!Enum.IsDefined(options.SchemaMode))
            failures.Add($"PostgresOptions.SchemaMode is {options.SchemaMode}; it must be Apply, Verify or Off.");

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static bool IsConnectionString(string text)
    {
        try
        {
            return !string.IsNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(text).Host);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
