using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Children;

/// <summary>32 callers that insert into table <c>tokens</c> through a group (first argument: the connection string), and say each token when its insert is answered, until they are killed.</summary>
public static class CommitInGroup
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        await using var services = new ServiceCollection().AddPostgres(o => o.ConnectionString = arguments[0]).BuildServiceProvider();
        await using var group = new GroupCommit<long, bool>(services.GetRequiredService<IPostgres>(), new Tokens());
        await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                var token = Random.Shared.NextInt64(1_000_000_000_000_000_000, long.MaxValue);
                await group.RunAsync(token);
                Console.WriteLine(token.ToString(CultureInfo.InvariantCulture));
            }
        })));
        return 0;
    }

    private sealed class Tokens : GroupStatement<long, bool>
    {
        public override string Name => "tokens";

        public override string Sql => "INSERT INTO tokens SELECT token FROM unnest($1) WITH ORDINALITY AS r (token, place) RETURNING 1";

        public override void Bind(NpgsqlParameterCollection parameters, ReadOnlySpan<long> batch)
        {
            var tokens = Column<long>(parameters, 0, NpgsqlDbType.Bigint);
            foreach (var token in batch)
                tokens.Add(token);
        }

        public override void Read(NpgsqlDataReader row, ReadOnlySpan<long> batch, GroupAnswers<bool> answers)
        {
        }

        public override bool Unanswered(in long request) => true;
    }
}
