using Npgsql;
using Patterns.AuditLog;

namespace Tenancy.Tests.AuditLog.Reads;

public sealed class QueryTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly AuditActor Reader = new("user", "reader");
    private static readonly DateTimeOffset Noon = TimeProvider.System.GetUtcNow().AddDays(-2);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("AuditLog", 12)]
    public async Task Every_condition_selects_and_all_of_them_must_hold()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        AuditEntry[] entries =
        [
            Entry(0, "alice", "auth.login.success"), Entry(1, "alice", "auth.login.failure", AuditOutcome.Failure), Entry(2, "bob", "auth.login.success"),
            Entry(3, "bob", "invoice.invoice.read") with { Targets = [new("invoice", "in_1")] }, Entry(4, "bob", "authz.access_denied", AuditOutcome.Denied),
            Entry(5, "alice", "invoice.invoice.read") with { Targets = [new("invoice", "in_2"), new("invoice", "in_1")], RetentionClass = "hipaa" },
            Entry(6, "alice", "auth%") with { Actor = new("service", "alice") },
        ];
        await log.Log.AppendAsync(entries, Ct);
        var all = new AuditFilter("acme", Reader) { To = Noon.AddHours(1) };

        await Finds(all, 6, 5, 4, 3, 2, 1, 0);
        await Finds(all with { From = Noon.AddSeconds(2), To = Noon.AddSeconds(5) }, 4, 3, 2);
        await Finds(all with { Actor = new("user", "alice") }, 5, 1, 0);
        await Finds(all with { ActionPrefix = "auth." }, 2, 1, 0);
        await Finds(all with { ActionPrefix = "auth" }, 6, 4, 2, 1, 0);
        await Finds(all with { ActionPrefix = "auth%" }, 6);
        await Finds(all with { Target = new("invoice", "in_1") }, 5, 3);
        await Finds(all with { Outcome = AuditOutcome.Denied }, 4);
        await Finds(all with { Actor = new("user", "alice"), ActionPrefix = "auth.", Outcome = AuditOutcome.Failure }, 1);
        await Finds(all with { TenantId = "other" });

        async Task Finds(AuditFilter filter, params int[] expected) =>
            (await log.Log.QueryAsync(filter, Ct)).Entries.Select(static e => int.Parse(e.Entry.RequestId!, System.Globalization.CultureInfo.InvariantCulture)).Should().Equal(expected, filter.ToString());
    }

    [Fact]
    public async Task An_entry_is_read_as_it_was_given()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        var entry = Entry(0, "alice", "invoice.invoice.read") with
        {
            OnBehalfOf = new("user", "bob"), Targets = [new("invoice", "a:b"), new("c", "d e")], Reason = "support", TraceId = "t", Details = """{"b":1,"a":[2]}""", Personal = """{"name":"Älice"}""",
            RetentionClass = "hipaa", Outcome = AuditOutcome.Denied,
        };
        await log.Log.AppendAsync(entry, Ct);

        var read = (await log.Log.QueryAsync(new("acme", Reader), Ct)).Entries.Single();

        read.Entry.Should().BeEquivalentTo(entry with { OccurredAt = read.Entry.OccurredAt });
        (entry.OccurredAt - read.Entry.OccurredAt).Should().BeCloseTo(TimeSpan.Zero, TimeSpan.FromMicroseconds(1));
        read.RedactedBy.Should().BeNull();
    }

    [Fact]
    [Guarantee("AuditLog", 12)]
    public async Task Pages_go_back_through_the_log_without_gap_or_repetition_while_it_grows()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        // Many at the same moment, in two classes.
        await log.Log.AppendAsync([.. Enumerable.Range(0, 100).Select(i => Entry(i / 10, "alice", "a.b.c") with { RequestId = $"{i}", RetentionClass = i % 2 == 0 ? "standard" : "hipaa" })], Ct);
        var filter = new AuditFilter("acme", Reader) { PageSize = 7, ActionPrefix = "a.b" };
        var seen = new List<string>();
        AuditPage page;
        do
        {
            page = await log.Log.QueryAsync(filter, Ct);
            seen.AddRange(page.Entries.Select(static e => e.Entry.RequestId!));
            await log.Log.AppendAsync(Entry(1_000, "alice", "a.b.c"), Ct);
            filter = filter with { Cursor = page.Next, PageSize = 11 };
        }
        while (page.Next is not null);

        seen.Should().OnlyHaveUniqueItems().And.HaveCount(100);
        (await log.Log.QueryAsync(new("acme", Reader) { PageSize = 500 }, Ct)).Entries.Select(static e => e.Entry.OccurredAt).Should().BeInDescendingOrder();
    }

    [Fact]
    public async Task A_cursor_that_was_changed_or_is_anothers_is_refused()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        await log.Log.AppendAsync([Entry(0, "alice", "a.b.c"), Entry(1, "alice", "a.b.c")], Ct);
        var filter = new AuditFilter("acme", Reader) { PageSize = 1 };
        var cursor = (await log.Log.QueryAsync(filter, Ct)).Next!;

        foreach (var bad in new[]
        {
            filter with { Cursor = cursor, TenantId = "other" }, filter with { Cursor = cursor, ActionPrefix = "a" }, filter with { Cursor = cursor, From = Noon }, filter with { Cursor = (cursor[0] == 'x' ? 'y' : 'x') + cursor[1..] },
            filter with { Cursor = cursor[..^2] + (cursor[^2] == 'A' ? 'B' : 'A') + cursor[^1] }, filter with { Cursor = "" }, filter with { Cursor = "?" },
        })
        {
            await FluentActions.Awaiting(() => log.Log.QueryAsync(bad, Ct)).Should().ThrowAsync<ArgumentException>().WithMessage("Cursor*");
        }
    }

    [Fact]
    [Guarantee("AuditLog", 12)]
    public async Task A_transaction_reads_its_own_tenant_and_without_a_scope_nothing()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        await log.Log.AppendAsync([Entry(0, "alice", "a.b.c"), Entry(1, "alice", "a.b.c") with { TenantId = "other" }], Ct);

        var own = await ReadAsync("acme", "acme");
        var nobody = await ReadAsync("", "acme");
        var another = () => ReadAsync("other", "acme");

        own.Entries.Should().ContainSingle().Which.Entry.TenantId.Should().Be("acme");
        nobody.Entries.Should().BeEmpty();
        (await another.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("42501");

        Task<AuditPage> ReadAsync(string scope, string tenant) => log.InTransactionAsync(async transaction =>
        {
            await using var set = new NpgsqlCommand("SELECT set_config('app.tenant_id', $1, true)", transaction.Connection, transaction) { Parameters = { new() { Value = scope } } };
            await set.ExecuteNonQueryAsync(Ct);
            return await log.Log.QueryAsync(transaction, new(tenant, Reader), Ct);
        });
    }

    [Fact]
    [Guarantee("AuditLog", 12)]
    public async Task Reading_is_an_entry_and_a_login_without_the_role_reads_nothing()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        await log.Log.AppendAsync(Entry(0, "alice", "a.b.c"), Ct);
        await log.Log.QueryAsync(new("acme", Reader) { Target = new("invoice", "in_1") }, Ct);
        await log.Log.QueryAsync(new("acme", Reader), Ct);

        (await log.ScalarAsync<string>("SELECT string_agg(concat_ws(' ', actor_id, targets, details), '; ' ORDER BY id) FROM {schema}.audit_log_entries WHERE action = 'audit.log.read'"))
            .Should().Be("""reader {invoice:in_1} {"entries":0}; reader {} {"entries":2}""");

        var (login, application) = await log.AsApplicationAsync();
        await using (application)
        {
            (await application.Log.QueryAsync(new("acme", Reader), Ct)).Entries.Should().HaveCount(3);
            await log.ExecuteAsync($"REVOKE {log.Schema}_audit_reader FROM {login}");
            await FluentActions.Awaiting(() => application.Log.QueryAsync(new("acme", Reader), Ct)).Should().ThrowAsync<InvalidOperationException>().WithMessage("*audit_reader*GRANT*");
        }
    }

    [Fact]
    public async Task Bad_input_is_refused_with_its_limit()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        var good = new AuditFilter("acme", Reader);
        foreach (var (bad, named) in new[]
        {
            (good with { TenantId = "" }, "TenantId"), (good with { TenantId = new string('x', 201) }, "200"), (good with { Reader = new("user", "") }, "Reader.Id"), (good with { PageSize = 0 }, "1 to 500"),
            (good with { PageSize = 501 }, "1 to 500"), (good with { ActionPrefix = new string('x', 101) }, "ActionPrefix"), (good with { Target = new("a:b", "c") }, "colon"), (good with { Target = new("a", "b\n") }, "Target.Id has a control"),
            (good with { Outcome = (AuditOutcome)9 }, "Outcome is 9"), (good with { Actor = new("", "c") }, "Actor.Type"),
        })
        {
            await FluentActions.Awaiting(() => log.Log.QueryAsync(bad, Ct)).Should().ThrowAsync<ArgumentException>().WithMessage($"*{named}*");
            await FluentActions.Awaiting(() => log.Log.ExportAsync(bad, AuditFormat.Csv, Stream.Null, Ct)).Should().ThrowAsync<ArgumentException>().WithMessage($"*{named}*");
        }
    }

    private static AuditEntry Entry(int second, string actor, string action, AuditOutcome outcome = AuditOutcome.Success) =>
        new("acme", new("user", actor), action) { OccurredAt = Noon.AddSeconds(second), RequestId = $"{second}", Outcome = outcome };
}
