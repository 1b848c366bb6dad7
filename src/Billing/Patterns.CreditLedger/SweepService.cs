using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Patterns.Postgres;

namespace Patterns.CreditLedger;

/// <summary>Carries out what has expired in accounts that nobody uses, a hundred accounts in a transaction. Any number of processes may do so at once.</summary>
internal sealed class SweepService(IPostgres postgres, IOptions<CreditLedgerOptions> options, TimeProvider time, ILoggerFactory? loggers = null) : BackgroundService
{
    private const int Accounts = 100;

    private readonly string _sql = postgres.Sql("SELECT {schema}.credit_ledger_sweep($1)");
    private readonly ILogger _logger = Log.For(loggers);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await SweepAsync(stoppingToken).ConfigureAwait(false) == Accounts)
                {
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.SweepFailed(_logger, e);
            }

            await Task.Delay(options.Value.SweepInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<int> SweepAsync(CancellationToken ct)
    {
        var swept = await postgres.RunAsync(
            async (transaction, token) =>
            {
                var command = new NpgsqlCommand(_sql, transaction.Connection, transaction) { Parameters = { new NpgsqlParameter<int> { TypedValue = Accounts } } };
                await using (command.ConfigureAwait(false))
                    return (int)(await command.ExecuteScalarAsync(token).ConfigureAwait(false))!;
            },
            options: null,
            ct).ConfigureAwait(false);
        Telemetry.CountSwept(swept);
        return swept;
    }
}
