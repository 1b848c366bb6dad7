namespace SaasApp.Tests;

/// <summary>What the application is told in Production: a database that an administrator has prepared, and its secrets.</summary>
public static class Production
{
    /// <summary>A key of the tests and of nobody else.</summary>
    public const string SealKey = "dGVzdHMgdGVzdHMgdGVzdHMgdGVzdHMgdGVzdHMgdGU=";

    /// <summary>The environment of a process; the database is prepared the first time.</summary>
    public static async Task<Dictionary<string, string?>> EnvironmentAsync(PostgresDatabase database, params (string Name, string? Value)[] changes)
    {
        await using (var prepare = database.DataSource.CreateCommand(await File.ReadAllTextAsync(AppProcess.File("Database/login.sql"))))
            await prepare.ExecuteNonQueryAsync();
        var login = new Npgsql.NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = "saas_app", Password = "for development only" };
        var environment = new Dictionary<string, string?>(Secrets, StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ConnectionStrings__Postgres"] = login.ConnectionString,
            ["ConnectionStrings__Owner"] = database.ConnectionString,
        };
        foreach (var (name, value) in changes) environment[name] = value;
        return environment;
    }

    /// <summary>The secrets alone.</summary>
    public static Dictionary<string, string?> Secrets { get; } = new(StringComparer.Ordinal)
    {
        ["Stripe__WebhookSecret"] = RunningApp.Secret,
        ["Tenants__SealKey"] = SealKey,
        ["Audit__SigningKey"] = NewKey(),
    };

    private static string NewKey()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        return Convert.ToBase64String(key.ExportPkcs8PrivateKey());
    }
}
