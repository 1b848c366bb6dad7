using Npgsql;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>An application with a table of accounts, for tests of transactions.</summary>
public abstract class AccountTests(Func<string> connectionString) : IAsyncLifetime
{
    private Application? _application;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected string ConnectionString => connectionString();

    protected IPostgres Postgres => _application!.Postgres;

    public async ValueTask InitializeAsync()
    {
        _application = new(ConnectionString);
        await using var command = Postgres.DataSource.CreateCommand("CREATE TABLE IF NOT EXISTS accounts (id uuid PRIMARY KEY, balance int NOT NULL DEFAULT 0)");
        await command.ExecuteNonQueryAsync(Ct);
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _application!.DisposeAsync();
    }

    protected static async ValueTask InsertAsync(NpgsqlTransaction transaction, Guid id, CancellationToken ct) =>
        await ScalarAsync<int?>(transaction, "INSERT INTO accounts (id) VALUES ($1)", id, ct);

    protected static async ValueTask SerializationFailureAsync(NpgsqlTransaction transaction, CancellationToken ct) =>
        await ScalarAsync<int?>(transaction, "DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$", null, ct);

    protected static async ValueTask<T> ScalarAsync<T>(NpgsqlTransaction transaction, string sql, Guid? id, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        if (id is { } value)
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = value });
        return (T)(await command.ExecuteScalarAsync(ct))!;
    }

    protected async Task<int?> BalanceAsync(Guid id)
    {
        await using var command = Postgres.DataSource.CreateCommand("SELECT balance FROM accounts WHERE id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        return (int?)await command.ExecuteScalarAsync(Ct);
    }

    protected async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(Ct);
        return connection;
    }
}
