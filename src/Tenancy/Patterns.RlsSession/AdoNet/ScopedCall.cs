using System.Data;
using System.Data.Common;
using Npgsql;

namespace Patterns.RlsSession;

/// <summary>One execution: the scope, unless the transaction has it, and the caller's statements after it, in one round trip. Its results are the caller's alone.</summary>
internal sealed class ScopedCall(TenantConnection connection, NpgsqlBatch? batch, NpgsqlCommand? command, bool scoped)
{
    // Either would end the reading at the scope's own result.
    private const CommandBehavior Hints = CommandBehavior.SingleResult | CommandBehavior.SingleRow;

    public void Cancel()
    {
        batch?.Cancel();
        command?.Cancel();
    }

    public int ExecuteNonQuery()
    {
        var rows = batch?.ExecuteNonQuery() ?? command!.ExecuteNonQuery();
        connection.Sent();
        return rows;
    }

    public async Task<int> ExecuteNonQueryAsync(CancellationToken ct)
    {
        var rows = await (batch?.ExecuteNonQueryAsync(ct) ?? command!.ExecuteNonQueryAsync(ct)).ConfigureAwait(false);
        connection.Sent();
        return rows;
    }

    public object? ExecuteScalar()
    {
        using var reader = ExecuteReader(CommandBehavior.Default);
        var value = reader.Read() && reader.FieldCount > 0 ? reader.GetValue(0) : null;
        while (reader.NextResult())
        {
        }

        return value;
    }

    public async Task<object?> ExecuteScalarAsync(CancellationToken ct)
    {
        var reader = await ExecuteReaderAsync(CommandBehavior.Default, ct).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            var value = await reader.ReadAsync(ct).ConfigureAwait(false) && reader.FieldCount > 0 ? reader.GetValue(0) : null;
            while (await reader.NextResultAsync(ct).ConfigureAwait(false))
            {
            }

            return value;
        }
    }

    public DbDataReader ExecuteReader(CommandBehavior behavior)
    {
        behavior &= ~Hints;
        var reader = batch?.ExecuteReader(behavior) ?? command!.ExecuteReader(behavior);
        try
        {
            if (scoped)
                reader.NextResult();
            Sent(behavior);
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    public async Task<DbDataReader> ExecuteReaderAsync(CommandBehavior behavior, CancellationToken ct)
    {
        behavior &= ~Hints;
        var reader = await (batch?.ExecuteReaderAsync(behavior, ct) ?? command!.ExecuteReaderAsync(behavior, ct)).ConfigureAwait(false);
        try
        {
            if (scoped)
                await reader.NextResultAsync(ct).ConfigureAwait(false);
            Sent(behavior);
            return reader;
        }
        catch
        {
            await reader.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // Whoever asks for the columns alone has nothing executed, the scope neither.
    private void Sent(CommandBehavior behavior)
    {
        if (!behavior.HasFlag(CommandBehavior.SchemaOnly))
            connection.Sent();
    }
}
