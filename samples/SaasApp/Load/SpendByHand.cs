using Npgsql;

namespace SaasApp;

/// <summary>A spend as one writes it: lock the account, look, take, note, commit. Its pool is its own, so that its callers leave the rest of the application its connections.</summary>
internal sealed class SpendByHand(IConfiguration configuration) : IAsyncDisposable
{
    private const string Account = "load";
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(configuration.GetConnectionString("Postgres")) { MaxPoolSize = 50, MaxAutoPrepare = 10, Timeout = 60 });

    // <shown>
    public async Task SpendAsync(CancellationToken ct)
    {
        await using var connection = await _source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var look = new NpgsqlCommand("SELECT balance FROM app.accounts_by_hand WHERE name = $1 FOR UPDATE", connection) { Parameters = { new() { Value = Account } } };
        if ((long)(await look.ExecuteScalarAsync(ct))! < 1)
            throw new InvalidOperationException("The account is empty.");

        await using var take = new NpgsqlCommand("UPDATE app.accounts_by_hand SET balance = balance - 1 WHERE name = $1", connection) { Parameters = { new() { Value = Account } } };
        await take.ExecuteNonQueryAsync(ct);
        await using var note = new NpgsqlCommand("INSERT INTO app.spends_by_hand (id, account, amount) VALUES ($1, $2, 1)", connection)
        {
            Parameters = { new() { Value = Guid.CreateVersion7() }, new() { Value = Account } },
        };
        await note.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }
    // </shown>

    /// <summary>Fills the account.</summary>
    /// <returns>The balance.</returns>
    public async Task<long> FillAsync(long amount, CancellationToken ct)
    {
        await using var fill = _source.CreateCommand("INSERT INTO app.accounts_by_hand VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET balance = EXCLUDED.balance RETURNING balance");
        fill.Parameters.Add(new() { Value = Account });
        fill.Parameters.Add(new() { Value = amount });
        return (long)(await fill.ExecuteScalarAsync(ct))!;
    }

    public async Task<long> BalanceAsync(CancellationToken ct)
    {
        await using var look = _source.CreateCommand("SELECT balance FROM app.accounts_by_hand WHERE name = $1");
        look.Parameters.Add(new() { Value = Account });
        return (long)(await look.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Whether the server waits for its disk.</summary>
    public async Task<bool> FlushesAsync(CancellationToken ct)
    {
        await using var ask = _source.CreateCommand("SHOW fsync");
        return (string?)await ask.ExecuteScalarAsync(ct) == "on";
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
