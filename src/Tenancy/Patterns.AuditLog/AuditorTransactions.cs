using Microsoft.Extensions.Options;
using Npgsql;
using Patterns.Postgres;

namespace Patterns.AuditLog;

/// <summary>Runs integrity work: in a transaction that has the auditor's role, and leaves it with its end.</summary>
internal sealed class AuditorTransactions(IPostgres postgres, IOptions<AuditLogOptions> options)
{
    private readonly string _role = postgres.Schema.Trim('"') + "_audit_auditor";

    public NpgsqlDataSource Source => options.Value.IntegrityDataSource ?? postgres.DataSource;

    /// <exception cref="InvalidOperationException">The login is no member of the role.</exception>
    public async Task<T> RunAsync<T>(Func<NpgsqlTransaction, CancellationToken, ValueTask<T>> work, CancellationToken ct)
    {
        var connection = await Source.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(ct).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await EnterAsync(transaction, ct).ConfigureAwait(false);
                var result = await work(transaction, ct).ConfigureAwait(false);
                Failpoint.At("before-commit");
                await transaction.CommitAsync(ct).ConfigureAwait(false);
                return result;
            }
        }
    }

    /// <summary>Gives a transaction the role.</summary>
    public async ValueTask EnterAsync(NpgsqlTransaction transaction, CancellationToken ct)
    {
        var command = new NpgsqlCommand("SELECT set_config('role', $1, true)", transaction.Connection, transaction) { Parameters = { new NpgsqlParameter<string> { TypedValue = _role } } };
        await using (command.ConfigureAwait(false))
        {
            try
            {
                await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
            }
            catch (PostgresException e) when (e.SqlState is "42501" or "22023")
            {
                throw new InvalidOperationException(
                    $"The login of this connection cannot take the role \"{_role}\" ({e.MessageText}), which sealing, verifying, redacting and holding need. As an administrator: GRANT \"{_role}\" TO that login; or set AuditLogOptions.IntegrityDataSource to a data source whose login has it.",
                    e);
            }
        }
    }
}
