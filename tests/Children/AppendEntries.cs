using Microsoft.Extensions.DependencyInjection;
using Patterns.AuditLog;
using Patterns.Postgres;

namespace Children;

/// <summary>
/// 16 callers that append entries for 20 tenants again and again, alone, in a transaction and in one that is rolled back, until they are killed. Arguments: the connection string and the schema. Says
/// <c>ready</c>, then a line for each entry before its call (<c>try</c>) and after its commit (<c>done</c>) or rollback (<c>back</c>).
/// </summary>
public static class AppendEntries
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        await using var services = new ServiceCollection()
            .AddPostgres(o => (o.ConnectionString, o.Schema) = (arguments[0], arguments[1])).AddAuditLog().AddLogging().BuildServiceProvider();
        var (log, postgres) = (services.GetRequiredService<IAuditLog>(), services.GetRequiredService<IPostgres>());
        Console.WriteLine("ready");
        await Task.WhenAll(Enumerable.Range(0, 16).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; ; i++)
            {
                var entry = new AuditEntry($"t{(caller + i) % 20}", new("service", "child"), "storm.entry.appended") { Details = """{"child":true}""" };
                Console.WriteLine($"try {entry.Id}");
                var commits = (caller + i) % 7 != 0;
                if (commits && caller % 3 != 0)
                {
                    await log.AppendAsync(entry);
                }
                else
                {
                    await using var connection = await postgres.DataSource.OpenConnectionAsync();
                    await using var transaction = await connection.BeginTransactionAsync();
                    await log.AppendAsync(transaction, entry);
                    if (commits)
                        await transaction.CommitAsync();
                }

                Console.WriteLine($"{(commits ? "done" : "back")} {entry.Id}");
            }
        })));
        return 0;
    }
}
