using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Patterns.Postgres;

/// <summary>
/// Lets one instance at a time work on a table: a row of maintenance_claims, for five minutes, renewed while the work runs. The claim saves work and
/// does not make it safe: an instance that was frozen for five minutes may go on beside its successor, so every step is safe beside itself.
/// </summary>
internal sealed class MaintenanceClaims(PostgresDataSources sources, IOptions<PostgresOptions> options, TimeProvider time, ILoggerFactory? loggers = null)
{
    private static readonly TimeSpan RenewEvery = TimeSpan.FromMinutes(1);
    private readonly string _schema = Identifier.Quote(options.Value.Schema);
    private readonly ILogger _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger(Telemetry.Name);

    /// <summary>Works on each table that nobody else works on. A table that fails does not keep the others from their turn; the failures are thrown at the end.</summary>
    public async Task RunEachAsync<T>(IEnumerable<T> tables, Func<T, string> name, Func<T, CancellationToken, Task> work, CancellationToken ct)
    {
        var failures = new List<Exception>();
        foreach (var table in tables)
        {
            try
            {
                await RunAsync(name(table), token => work(table, token), ct).ConfigureAwait(false);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                failures.Add(e);
            }
        }

        if (failures.Count == 1)
            ExceptionDispatchInfo.Throw(failures[0]);
        if (failures.Count > 1)
            throw new AggregateException(failures).Flatten();
    }

    private async Task RunAsync(string name, Func<CancellationToken, Task> work, CancellationToken ct)
    {
        var owner = Guid.CreateVersion7();
        var claim =
            $"""
            INSERT INTO {_schema}.maintenance_claims AS c (name, owner, claimed_until) VALUES ($1, $2, {_schema}.now() + interval '5 minutes')
            ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, claimed_until = excluded.claimed_until WHERE c.claimed_until < {_schema}.now()
            """;
        using var working = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var renewal = Task.CompletedTask;
        try
        {
            // Inside the try, so that a claim whose answer was not heard is given up too.
            if (await ExecuteAsync(claim, name, owner, ct).ConfigureAwait(false) == 0)
                return;

            renewal = RenewAsync(name, owner, working);
            await work(working.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested && working.IsCancellationRequested)
        {
            Log.ClaimLost(_logger, name);
        }
        finally
        {
            await working.CancelAsync().ConfigureAwait(false);
            await renewal.ConfigureAwait(false);
            await ReleaseAsync(name, owner).ConfigureAwait(false);
        }
    }

    private async Task RenewAsync(string name, Guid owner, CancellationTokenSource working)
    {
        try
        {
            while (true)
            {
                await Task.Delay(RenewEvery, time, working.Token).ConfigureAwait(false);
                if (await ExecuteAsync($"UPDATE {_schema}.maintenance_claims SET claimed_until = {_schema}.now() + interval '5 minutes' WHERE name = $1 AND owner = $2", name, owner, working.Token).ConfigureAwait(false) == 0)
                    await working.CancelAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The work has ended, or is somebody else's now.
        }
        catch (NpgsqlException)
        {
            // The claim runs out unless the work ends first; the work's own connection will tell of a broken server.
        }
    }

    private async Task ReleaseAsync(string name, Guid owner)
    {
        try
        {
            await ExecuteAsync($"DELETE FROM {_schema}.maintenance_claims WHERE name = $1 AND owner = $2", name, owner, CancellationToken.None).ConfigureAwait(false);
        }
        catch (NpgsqlException)
        {
            // The claim runs out by itself, and what brought us here is the failure to report.
        }
    }

    private async Task<int> ExecuteAsync(string sql, string name, Guid owner, CancellationToken ct)
    {
        var command = sources.Migration.CreateCommand(sql);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = owner });
            return await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
    }
}
