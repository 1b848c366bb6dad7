using System.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Patterns.RlsSession;

internal sealed class PostgresRlsSession : IRlsSession
{
    private const int MinReason = 10;
    private const int MaxReason = 500;
    private readonly ScopeStatement _scopes;
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlDataSource? _bypass;
    private readonly ILogger _logger;

    public PostgresRlsSession(ScopedSource source, ScopeStatement scopes, IOptions<RlsOptions> options, ILoggerFactory? loggers = null)
    {
        _source = source.Value;
        _scopes = scopes;
        _bypass = options.Value.BypassDataSource;
        _logger = Log.For(loggers);
    }

    public Task<int> ExecuteAsync(TenantScope scope, NpgsqlBatch statements, CancellationToken ct = default) => ExecuteAsync(Scoped(scope, statements), ct);

    public Task<T> ReadAsync<T>(TenantScope scope, NpgsqlBatch statements, Func<NpgsqlDataReader, CancellationToken, Task<T>> read, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(read);
        return ReadAsync(Scoped(scope, statements), read, ct);
    }

    public async ValueTask<RlsTransaction> BeginAsync(TenantScope scope, IsolationLevel level = IsolationLevel.ReadCommitted, CancellationToken ct = default)
    {
        var values = _scopes.Values(scope);
        var connection = await _source.OpenConnectionAsync(ct).ConfigureAwait(false);
        try
        {
            // The driver keeps BEGIN back until the first statement.
            return new RlsTransaction(this, await connection.BeginTransactionAsync(level, ct).ConfigureAwait(false), _scopes, values);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async Task ApplyAsync(NpgsqlTransaction transaction, TenantScope scope, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var values = _scopes.Values(scope);
        var connection = ConnectionOf(transaction);
        await RunAsync(
            "apply",
            async () =>
            {
                var batch = new NpgsqlBatch(connection, transaction);
                await using (batch.ConfigureAwait(false))
                {
                    _scopes.AddApply(batch, values);
                    var reader = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false);
                    await using (reader.ConfigureAwait(false))
                    {
                        await reader.ReadAsync(ct).ConfigureAwait(false);
                        ThrowIfOther(reader, values);
                        return 0;
                    }
                }
            }).ConfigureAwait(false);
    }

    public async Task<T> BypassAsync<T>(string reason, Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(reason);
        ArgumentNullException.ThrowIfNull(work);
        if (reason.Trim().Length < MinReason || reason.Length > MaxReason || reason.Any(char.IsControl))
            throw new ArgumentException($"The reason has {reason.Length} characters; say in {MinReason} to {MaxReason}, none of them a control character, why the policies are bypassed.", nameof(reason));
        if (_bypass is null)
            throw new InvalidOperationException("There is nothing to bypass row-level security with. Set RlsOptions.BypassDataSource to a data source whose login role may.");

        Log.Bypassed(_logger, reason);
        Telemetry.CountBypass();
        // A connection of its own: the name goes with its start-up message and ends with it, so no pool can hand it on.
        var settings = new NpgsqlConnectionStringBuilder(_bypass.ConnectionString) { Pooling = false, Multiplexing = false, ApplicationName = "bypass: " + Start(reason) };
        var template = _bypass.CreateConnection();
        await using (template.ConfigureAwait(false))
        {
            var connection = await template.CloneWithAsync(settings.ConnectionString, ct).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                await connection.OpenAsync(ct).ConfigureAwait(false);
                return await work(connection, ct).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads a batch; with <paramref name="scoped"/>, its first result is the scope's and is passed over.</summary>
    internal static async Task<T> ReadAsync<T>(NpgsqlBatch batch, bool scoped, Func<NpgsqlDataReader, CancellationToken, Task<T>> read, CancellationToken ct)
    {
        var reader = await batch.ExecuteReaderAsync(ct).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            if (scoped)
                await reader.NextResultAsync(ct).ConfigureAwait(false);
            var result = await read(reader, ct).ConfigureAwait(false);
            // The error of a later statement, or of the commit, must not be lost with the reader.
            while (!reader.IsClosed && await reader.NextResultAsync(ct).ConfigureAwait(false))
            {
            }

            return result;
        }
    }

    internal async Task<T> RunAsync<T>(string form, Func<Task<T>> run)
    {
        var started = Telemetry.Start();
        try
        {
            var result = await run().ConfigureAwait(false);
            Telemetry.Stop(started, form);
            return result;
        }
        catch (Exception exception)
        {
            Failed(started, form, exception);
            throw;
        }
    }

    // The two hot forms are written out, without RunAsync: its closure and its state are a tenth of what a call allocates.
    private async Task<int> ExecuteAsync(NpgsqlBatch batch, CancellationToken ct)
    {
        var started = Telemetry.Start();
        try
        {
            var connection = await _source.OpenConnectionAsync(ct).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                batch.Connection = connection;
                var rows = await batch.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
                Telemetry.Stop(started, "execute");
                return rows;
            }
        }
        catch (Exception exception)
        {
            Failed(started, "execute", exception);
            throw;
        }
    }

    private async Task<T> ReadAsync<T>(NpgsqlBatch batch, Func<NpgsqlDataReader, CancellationToken, Task<T>> read, CancellationToken ct)
    {
        var started = Telemetry.Start();
        try
        {
            var connection = await _source.OpenConnectionAsync(ct).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                batch.Connection = connection;
                var result = await ReadAsync(batch, scoped: true, read, ct).ConfigureAwait(false);
                Telemetry.Stop(started, "read");
                return result;
            }
        }
        catch (Exception exception)
        {
            Failed(started, "read", exception);
            throw;
        }
    }

    private void Failed(long started, string form, Exception exception)
    {
        Telemetry.Stop(started, form, exception);
        if (ScopedBatch.IsCopyRefused(exception))
            Log.CopyRefused(_logger, exception);
    }

    // Not in the middle of a character that has two parts.
    private static string Start(string reason)
    {
        const int Shown = 55;
        return reason.Length <= Shown ? reason : reason[..(char.IsHighSurrogate(reason[Shown - 1]) ? Shown - 1 : Shown)];
    }

    private static NpgsqlConnection ConnectionOf(NpgsqlTransaction transaction)
    {
        try
        {
            _ = transaction.IsolationLevel; // throws when the transaction is over, which its connection does not tell
            return transaction.Connection!;
        }
        catch (InvalidOperationException e)
        {
            throw new ArgumentException("The transaction is finished. Begin another.", nameof(transaction), e);
        }
    }

    private NpgsqlBatch Scoped(TenantScope scope, NpgsqlBatch statements)
    {
        ScopedBatch.Check(statements, nameof(statements));
        return ScopedBatch.Create(connection: null, _scopes.Command(_scopes.Values(scope)), statements);
    }

    private void ThrowIfOther(NpgsqlDataReader reader, in ScopeValues values)
    {
        // Without a tenant there was no scope, and now there is this one.
        if (reader.IsDBNull(0) || reader.GetString(0).Length == 0)
            return;

        var (names, wanted) = (_scopes.Names(values), ScopeStatement.Wanted(values));
        for (var i = 0; i < names.Count; i++)
        {
            if ((reader.IsDBNull(i) ? "" : reader.GetString(i)) != wanted[i])
                throw new InvalidOperationException($"The transaction already has another scope: {names[i]} differs. It keeps that scope. Use a transaction for each scope.");
        }
    }
}
