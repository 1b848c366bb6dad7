using System.Data;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Patterns.Postgres;

internal sealed class PostgresRunner : IPostgres
{
    private const int Attempts = 5;
    private static readonly RunOptions Defaults = new();

    private readonly PostgresOptions _options;
    private readonly TimePartitions _partitions;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HotStatements _hot;
    private readonly CommitVerification _verification;
    private readonly string _database;

    public PostgresRunner(PostgresDataSources sources, TimePartitions partitions, IOptions<PostgresOptions> options, TimeProvider time, ILoggerFactory? loggers = null)
    {
        _options = options.Value;
        _partitions = partitions;
        _time = time;
        _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger(Telemetry.Name);
        _hot = new(_options.Prepare, _logger);
        _verification = new(sources.Application, _hot, time);
        DataSource = sources.Application;
        Schema = Identifier.Quote(_options.Schema);
        using var connection = DataSource.CreateConnection();
        _database = connection.Database;
    }

    public NpgsqlDataSource DataSource { get; }

    public string Schema { get; }

    public string Sql(string statement)
    {
        ArgumentException.ThrowIfNullOrEmpty(statement);
        return statement.Replace("{schema}", Schema, StringComparison.Ordinal);
    }

    public ValueTask PrepareAsync(NpgsqlCommand hot, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(hot);
        return _hot.PrepareAsync(hot, ct);
    }

    public ValueTask<bool> MakeMissingPartitionAsync(Exception failure, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return _partitions.TryMakeMissingAsync(failure, ct);
    }

    public ValueTask PrepareAsync(NpgsqlBatch hot, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(hot);
        return _hot.PrepareAsync(hot, ct);
    }

    public ValueTask<T> JoinAsync<T>(NpgsqlTransaction? transaction, Func<NpgsqlTransaction, CancellationToken, ValueTask<T>> work, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (transaction is null)
            return RunAsync(work, options: null, ct);

        NpgsqlConnection? connection;
        try
        {
            // Only the isolation level tells that a transaction was committed or rolled back; its connection stays until it is disposed.
            _ = transaction.IsolationLevel;
            connection = transaction.Connection;
        }
        catch (InvalidOperationException finished)
        {
            throw new ArgumentException("The transaction is finished: it was committed, rolled back or disposed. Pass one that is open, or null to have one opened.", nameof(transaction), finished);
        }

        if (connection is null || connection.State != ConnectionState.Open)
            throw new ArgumentException("The transaction's connection is not open. Pass an open transaction, or null to have one opened.", nameof(transaction));

        if (connection.Database != _database)
        {
            throw new ArgumentException(
                $"The transaction is on database '{connection.Database}', but this application's tables are in '{_database}'. Work commits together only within one database.", nameof(transaction));
        }

        return work(transaction, ct);
    }

    public async ValueTask<T> RunAsync<T>(Func<NpgsqlTransaction, CancellationToken, ValueTask<T>> work, RunOptions? options = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        options ??= Defaults;
        TransactionStart.Validate(options);
        var verify = options.VerifyCommit ?? _options.VerifyCommit;

        var started = _time.GetTimestamp();
        var partitionMade = false;
        using var span = Telemetry.Source.StartActivity("transaction", ActivityKind.Client);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var result = await AttemptAsync(work, options, verify, ct).ConfigureAwait(false);
                Report("committed", started);
                return result;
            }
            catch (Exception e)
            {
                var fault = PostgresErrors.Classify(e);
                var again = e is not OutcomeUnknownException && attempt < Attempts && !ct.IsCancellationRequested;
                if (again && fault == PostgresFault.NoPartition && !partitionMade)
                    again = partitionMade = await _partitions.TryMakeMissingAsync(e, ct).ConfigureAwait(false);
                else if (again)
                    again = (fault is PostgresFault.Serialization or PostgresFault.Deadlock || e is CommitAbortedException) && await PauseAsync(attempt, started, ct).ConfigureAwait(false);

                if (!again)
                {
                    span?.SetStatus(ActivityStatusCode.Error, fault.ToString());
                    Report(e is OutcomeUnknownException ? "unknown" : "rolled_back", started);
                    throw;
                }

                Telemetry.Retries.Add(1, new KeyValuePair<string, object?>("fault", fault.ToString()));
                Log.TransactionRetried(_logger, fault, attempt + 1);
            }
        }
    }

    private async ValueTask<T> AttemptAsync<T>(Func<NpgsqlTransaction, CancellationToken, ValueTask<T>> work, RunOptions options, bool verify, CancellationToken ct)
    {
        var connection = await DataSource.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var transaction = await connection.BeginTransactionAsync(options.IsolationLevel, ct).ConfigureAwait(false);
            await using (transaction.ConfigureAwait(false))
            {
                await TransactionStart.SendAsync(transaction, options, ct).ConfigureAwait(false);
                var result = await work(transaction, ct).ConfigureAwait(false);
                await _verification.CommitAsync(transaction, verify, options.WithCommit, ct).ConfigureAwait(false);
                return result;
            }
        }
    }

    /// <summary>Full jitter between 5 ms and a bound that doubles up to 500 ms. False when the budget does not hold the pause.</summary>
    private async ValueTask<bool> PauseAsync(int attempt, long started, CancellationToken ct)
    {
        var bound = Math.Min(500, 10 << attempt);
        var pause = TimeSpan.FromMilliseconds(5 + (Random.Shared.NextDouble() * (bound - 5)));
        if (_time.GetElapsedTime(started) + pause > _options.RetryBudget)
            return false;

        await Task.Delay(pause, _time, ct).ConfigureAwait(false);
        return true;
    }

    private void Report(string outcome, long started)
    {
        var tag = new KeyValuePair<string, object?>("outcome", outcome);
        Telemetry.Transactions.Add(1, tag);
        Telemetry.Duration.Record(_time.GetElapsedTime(started).TotalSeconds, tag);
    }
}
