using System.Text.RegularExpressions;
using Npgsql;

namespace Billing.Tests.CreditLedger;

/// <summary>The queries of Book.md as a reader of the page runs them, word for word, on tables in schema <c>patterns</c>.</summary>
public sealed class BookTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string First = "WHERE tenant_id = 'acme' AND ";

    private static readonly Lazy<Dictionary<char, string>> Book = new(Read);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact, Guarantee("CreditLedger", 14)]
    public async Task The_page_and_the_audit_say_the_same_of_every_break_at_once()
    {
        await using var own = await database.NewAsync();
        await using var ledger = await LivedAsync(own.ConnectionString);
        foreach (var sql in Plants.Select(plant => plant.Data.Item2))
            await ledger.FalsifyAsync(sql);

        await using var connection = await ledger.Postgres.DataSource.OpenConnectionAsync(Ct);
        var page = new List<string>();
        foreach (var letter in Book.Value.Keys)
            page.AddRange((await RunAsync(connection, letter)).Select(row => $"{letter} {row}"));

        page.Should().NotBeEmpty();
        (await ledger.BreaksAsync()).Select(b => $"{b.Invariant} {b.Account.Tenant} {b.Account.Asset} {b.EntryNumber} {b.Lot} {b.Figure} {b.Expected} {b.Found}").Should().BeEquivalentTo(page);
    }

    [Theory, MemberData(nameof(Plants)), Guarantee("CreditLedger", 14)]
    public async Task A_query_finds_what_was_planted_and_nothing_before(string letters, string plant)
    {
        await using var own = await database.NewAsync();
        await using var ledger = await LivedAsync(own.ConnectionString);
        await using var connection = await ledger.Postgres.DataSource.OpenConnectionAsync(Ct);
        (await BrokenAsync(connection)).Should().BeEmpty("the ledger is whole");

        await using (var falsify = new NpgsqlCommand(ledger.Postgres.Sql(AuditedLedger.Falsified(plant)), connection))
            await falsify.ExecuteNonQueryAsync(Ct);

        (await BrokenAsync(connection)).Should().Be(letters);
    }

    public static TheoryData<string, string> Plants => new()
    {
        // A gap; the entry's changes are missing in what follows and in its lot. The first figures in which it shows are those of the entry after it.
        { "abdeg", "DELETE FROM {schema}.credit_ledger_entries " + First + "seq = 5" },
    };

    private static async Task<AuditedLedger> LivedAsync(string connectionString)
    {
        var ledger = await AuditedLedger.NewAsync(connectionString, "patterns");
        await ledger.LiveAsync(AuditedLedger.Account());
        await ledger.LiveAsync(AuditedLedger.Account("zeta"));
        return ledger;
    }

    private static async Task<string> BrokenAsync(NpgsqlConnection connection)
    {
        var broken = "";
        foreach (var letter in Book.Value.Keys)
            broken += (await RunAsync(connection, letter)).Count > 0 ? letter : "";
        return broken;
    }

    private static async Task<List<string>> RunAsync(NpgsqlConnection connection, char letter)
    {
        var rows = new List<string>();
        await using var query = new NpgsqlCommand(Book.Value[letter], connection);
        await using var reader = await query.ExecuteReaderAsync(Ct);
        while (await reader.ReadAsync(Ct))
            rows.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "" : reader.GetValue(i).ToString())));
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
