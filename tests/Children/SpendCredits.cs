using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Patterns.CreditLedger;
using Patterns.Postgres;

namespace Children;

/// <summary>
/// 16 callers that spend one credit of account <c>acme</c> again and again, every fourth in a transaction of its own, until they are killed. Arguments: the connection string, the schema, and what the
/// keys begin with. Says <c>ready</c>, then a line for each key before its call (<c>try</c>) and after its answer (<c>done</c>).
/// </summary>
public static class SpendCredits
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        await using var services = new ServiceCollection()
            .AddPostgres(o => (o.ConnectionString, o.Schema) = (arguments[0], arguments[1])).AddCreditLedger(o => o.Pool("free", PoolKind.Free).Pool("promo", PoolKind.Promotional).Pool("paid", PoolKind.Paid))
            .AddLogging().BuildServiceProvider();
        var (ledger, postgres) = (services.GetRequiredService<ICreditLedger>(), services.GetRequiredService<IPostgres>());
        Console.WriteLine("ready");
        await Task.WhenAll(Enumerable.Range(0, 16).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; ; i++)
            {
                var spend = new Spend(new("acme"), $"{arguments[2]}-{caller}-{i}", 1);
                Console.WriteLine($"try {spend.Key}");
                var result = caller % 4 == 0 ? await InTransactionAsync(postgres.DataSource, ledger, spend) : await ledger.SpendAsync(spend);
                if (result.Outcome != SpendOutcome.Spent)
                    throw new InvalidOperationException(result.ToString());
                Console.WriteLine($"done {spend.Key}");
            }
        })));
        return 0;
    }

    private static async Task<SpendResult> InTransactionAsync(NpgsqlDataSource source, ICreditLedger ledger, Spend spend)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var result = await ledger.SpendAsync(transaction, spend);
        await transaction.CommitAsync();
        return result;
    }
}
