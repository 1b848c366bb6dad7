using System.Text.RegularExpressions;
using Npgsql;

namespace Billing.Tests.CreditLedger;

/// <summary>The queries of Book.md as a reader of the page runs them, word for word, on tables in schema <c>patterns</c>.</summary>
public sealed class BookTests(LivedLedger lived) : IClassFixture<LivedLedger>
{
    private static readonly Lazy<Dictionary<char, string>> Book = new(Read);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The queries that find it, and what is done to the tables. Of the account's 32 entries, 24 consumes 760 of the lot that was paid for and 32 holds 40.</summary>
    public static TheoryData<string, string> Plants => new()
    {
        { "abeg", "DELETE FROM {schema}.credit_ledger_entries WHERE tenant_id = 'acme' AND seq = 5" },
        {
            "abce",
            """
            CREATE TABLE twice AS SELECT * FROM {schema}.credit_ledger_entries WHERE tenant_id = 'acme' AND seq = 32;
            UPDATE twice SET at = at + interval '1 microsecond';
            INSERT INTO {schema}.credit_ledger_entries SELECT * FROM twice;
            DROP TABLE twice
            """
        },
        { "a", "UPDATE {schema}.credit_ledger_entries e SET at = (SELECT f.at FROM {schema}.credit_ledger_entries f WHERE f.tenant_id = 'acme' AND f.seq = 1) WHERE tenant_id = 'acme' AND seq = 20" },
        { "b", "UPDATE {schema}.credit_ledger_entries SET available_after = available_after + 1 WHERE tenant_id = 'acme' AND seq = 7" },
        { "b", "UPDATE {schema}.credit_ledger_entries SET debt_after = debt_after + 1 WHERE tenant_id = 'acme' AND seq = 7" },
        { "be", "UPDATE {schema}.credit_ledger_entries SET d_available = d_available + 1, d_held = d_held - 1 WHERE tenant_id = 'acme' AND seq = 6" },
        { "c", "UPDATE {schema}.credit_ledger_accounts SET debt = debt + 1 WHERE tenant_id = 'acme'" },
        { "c", "UPDATE {schema}.credit_ledger_accounts SET last_at = last_at + interval '1 second' WHERE tenant_id = 'acme'" },
        { "ce", "DELETE FROM {schema}.credit_ledger_entries WHERE tenant_id = 'acme' AND seq = 32" },
        { "cdf", "DELETE FROM {schema}.credit_ledger_accounts WHERE tenant_id = 'acme'" },
        { "cd", "UPDATE {schema}.credit_ledger_accounts SET available = available + 1 WHERE tenant_id = 'acme'" },
        { "deg", "UPDATE {schema}.credit_ledger_lots SET remaining = remaining + 1, consumed = consumed - 1 WHERE tenant_id = 'acme' AND grant_key = 'paid'" },
        { "e", "UPDATE {schema}.credit_ledger_lots SET granted = granted + 1, revoked = revoked + 1 WHERE tenant_id = 'acme' AND grant_key = 'promo'" },
        { "e", "DELETE FROM {schema}.credit_ledger_lots WHERE tenant_id = 'acme' AND grant_key = 'promo'" },
        { "e", "UPDATE {schema}.credit_ledger_entries SET kind = 8 WHERE tenant_id = 'acme' AND seq = 20" },
        { "f", "UPDATE {schema}.credit_ledger_holds SET lot_amounts = ARRAY[41] WHERE tenant_id = 'acme' AND status = 1" },
        { "f", "DELETE FROM {schema}.credit_ledger_holds WHERE tenant_id = 'acme' AND status = 1" },
        { "g", "UPDATE {schema}.credit_ledger_entries SET recognised_minor = recognised_minor + 1 WHERE tenant_id = 'acme' AND seq = 24" },
        { "g", "UPDATE {schema}.credit_ledger_lots SET cost_minor = cost_minor + 1000 WHERE tenant_id = 'acme' AND grant_key = 'paid'" },
    };

    [Theory, MemberData(nameof(Plants)), Guarantee("CreditLedger", 14)]
    public async Task A_query_finds_what_was_planted_and_nothing_before(string letters, string plant)
    {
        await using var connection = await lived.Ledger.Postgres.DataSource.OpenConnectionAsync(Ct);
        (await RunAsync(connection)).Should().BeEmpty("the ledger is whole");

        await using var undone = await connection.BeginTransactionAsync(Ct);
        await using (var falsify = new NpgsqlCommand(lived.Ledger.Postgres.Sql(AuditedLedger.Falsified(plant)), connection, undone))
            await falsify.ExecuteNonQueryAsync(Ct);

        var rows = await RunAsync(connection);
        string.Concat(rows.Select(row => row[0]).Distinct()).Should().Be(letters);
        rows.Should().OnlyContain(row => row.StartsWith(row[0] + " acme credit ", StringComparison.Ordinal));
    }

    [Fact, Guarantee("CreditLedger", 14)]
    public async Task The_page_and_the_audit_say_the_same()
    {
        await using var own = await LivedLedger.NewAsync(lived.Server);
        foreach (var plant in Plants)
            await own.Ledger.FalsifyAsync(plant.Data.Item2);

        await using var connection = await own.Ledger.Postgres.DataSource.OpenConnectionAsync(Ct);
        var page = await RunAsync(connection);

        page.Select(row => row[0]).Distinct().Should().Equal("abcdefg");
        foreach (var breaks in new[] { await own.Ledger.BreaksAsync(), await own.Ledger.BreaksAsync("acme") })
            breaks.Select(b => $"{b.Invariant} {b.Account.Tenant} {b.Account.Asset} {b.EntryNumber} {b.Lot} {b.Figure} {b.Expected} {b.Found}").Should().BeEquivalentTo(page);
        (await own.Ledger.BreaksAsync("zeta")).Should().BeEmpty();
    }

    /// <summary>The rows of all queries, each behind the letter of its query.</summary>
    private static async Task<List<string>> RunAsync(NpgsqlConnection connection)
    {
        var rows = new List<string>();
        foreach (var (letter, sql) in Book.Value)
        {
            await using var query = new NpgsqlCommand(sql, connection);
            await using var reader = await query.ExecuteReaderAsync(Ct);
            while (await reader.ReadAsync(Ct))
                rows.Add($"{letter} " + string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "" : reader.GetValue(i).ToString())));
        }

        return rows;
    }

    private static Dictionary<char, string> Read()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Patterns.sln")))
            root = root.Parent!;
        var book = File.ReadAllText(Path.Combine(root.FullName, "src", "Billing", "Patterns.CreditLedger", "Book.md"));
        return book.Split("\n## (", StringSplitOptions.None).Skip(1).ToDictionary(
            section => section[0],
            section => Regex.Match(section, "```sql\n(.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.None, TimeSpan.FromSeconds(1)).Value[7..^3]);
    }
}
