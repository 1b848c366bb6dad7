using Npgsql;

namespace Kernel.Tests.Postgres;

/// <summary>A transaction that has taken the first step of a claim in <see cref="KeyTable"/>: it has read which generations it is going to write.</summary>
internal sealed class OpenClaim : IAsyncDisposable
{
    private readonly Application _application;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private int _current;
    private int _last;

    private OpenClaim(Application application, NpgsqlConnection connection, NpgsqlTransaction transaction) => (_application, _connection, _transaction) = (application, connection, transaction);

    public DateTimeOffset ReadAt { get; private set; }

    public long? Key { get; private set; }

    public bool IsNew { get; private set; }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<OpenClaim> BeginAsync(Application application)
    {
        var connection = await application.Postgres.DataSource.OpenConnectionAsync(Ct);
        var claim = new OpenClaim(application, connection, await connection.BeginTransactionAsync(Ct));
        await using var command = new NpgsqlCommand(application.Postgres.Sql("SELECT o_current, o_last, {schema}.now() FROM {schema}.begin_claim()"), connection, claim._transaction);
        await using var reader = await command.ExecuteReaderAsync(Ct);
        await reader.ReadAsync(Ct);
        (claim._current, claim._last, claim.ReadAt) = (reader.GetInt32(0), reader.GetInt32(1), reader.GetFieldValue<DateTimeOffset>(2));
        return claim;
    }

    public async Task<bool> FinishAsync(long key, bool wait = false)
    {
        await using var command = new NpgsqlCommand(_application.Postgres.Sql("SELECT {schema}.finish_claim($1, $2, $3, $4)"), _connection, _transaction)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = key },
                new NpgsqlParameter<int> { TypedValue = _current },
                new NpgsqlParameter<int> { TypedValue = _last },
                new NpgsqlParameter<bool> { TypedValue = wait },
            },
        };
        Key = key;
        return IsNew = (bool)(await command.ExecuteScalarAsync(Ct))!;
    }

    public Task CommitAsync() => _transaction.CommitAsync(Ct);

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
