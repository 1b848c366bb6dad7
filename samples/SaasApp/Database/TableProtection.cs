using Npgsql;
using Patterns.Postgres;
using Patterns.RlsSession;

namespace SaasApp;

/// <summary>
/// Protects the tables that hold rows of tenants, as their owner and once. Not a schema script: the policies ask functions that Patterns.RlsSession installs after the scripts have run.
/// In production, print the same text into a migration.
/// </summary>
internal sealed class TableProtection(IConfiguration configuration, IPostgres postgres) : IHostedLifecycleService
{
    // <shown>
    private static readonly string[] Tables = ["app.documents"];

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (configuration.GetConnectionString(DatabaseLogin.Owner) is not { Length: > 0 } owner || await IsProtectedAsync(cancellationToken))
            return;

        await using var source = NpgsqlDataSource.Create(owner);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Instances that start together take turns; the text may be run again.
        await ExecuteAsync(connection, "SELECT pg_advisory_xact_lock(hashtextextended('saas_app.protect', 0))", cancellationToken);
        foreach (var table in Tables)
            await ExecuteAsync(connection, RlsSql.Protect(table), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
    // </shown>

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<bool> IsProtectedAsync(CancellationToken ct)
    {
        await using var ask = postgres.DataSource.CreateCommand("SELECT count(*) FROM pg_policy WHERE polname = 'rls_tenant' AND polrelid = ANY ($1::text[]::regclass[])");
        ask.Parameters.Add(new() { Value = Tables });
        return (long)(await ask.ExecuteScalarAsync(ct))! == Tables.Length;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string statement, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
