using Npgsql;
using Patterns.AuditLog;

namespace Tenancy.Tests.AuditLog;

/// <summary>What appending promises, alone, several at once and in the caller's transaction.</summary>
public abstract class AppendTests(Func<string> connectionString)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("AuditLog", 1)]
    public async Task An_entry_is_stored_as_it_was_given()
    {
        await using var log = await NewAsync();
        var entry = TestLog.Entry() with
        {
            OnBehalfOf = new("user", "bob"),
            Targets = [new("invoice", "in_1"), new("customer", "cus:2")],
            Outcome = AuditOutcome.Denied,
            Reason = "no rights",
            RequestId = "req-1",
            TraceId = "trace-1",
            Details = """{"b": 1, "a": 1.0}""",
            Personal = """{"email": "alice@example.com"}""",
            RetentionClass = "hipaa",
        };

        var result = await log.Log.AppendAsync(entry, Ct);

        result.Should().Be(new AppendResult(entry.Id, AppendOutcome.Recorded));
        (await log.ScalarAsync<string>(
            """
            SELECT concat_ws(' | ', tenant_id, id, retention_class, actor_type, actor_id, behalf_of_type, behalf_of_id, action, array_to_string(targets, ','), outcome, reason, request_id, trace_id,
                details, personal, length(details_salt), length(personal_salt), length(personal_commitment))
            FROM {schema}.audit_log_entries
            """)).Should().Be(
            $$"""acme | {{entry.Id}} | hipaa | user | alice | user | bob | invoice.payment.recorded | invoice:in_1,customer:cus:2 | 2 | no rights | req-1 | trace-1 | {"b": 1, "a": 1.0} | {"email": "alice@example.com"} | 32 | 32 | 32""");
        (await log.ScalarAsync<DateTime>("SELECT occurred_at FROM {schema}.audit_log_entries")).Should().BeCloseTo(TimeProvider.System.GetUtcNow().UtcDateTime, TimeSpan.FromMinutes(1));
    }

    [Fact]
    [Guarantee("AuditLog", 2)]
    public async Task The_same_entry_sent_again_is_recorded_once_and_says_so()
    {
        await using var log = await NewAsync();
        var entry = TestLog.Entry();
        await log.Log.AppendAsync(entry, Ct);

        (await log.Log.AppendAsync(entry, Ct)).Outcome.Should().Be(AppendOutcome.AlreadyRecorded);
        (await log.InTransactionAsync(t => log.Log.AppendAsync(t, entry, Ct))).Outcome.Should().Be(AppendOutcome.AlreadyRecorded);
        var other = TestLog.Entry("globex") with { Id = entry.Id };
        (await log.Log.AppendAsync([entry, other, other, TestLog.Entry()], Ct)).Select(r => r.Outcome).Should().Equal(
            AppendOutcome.AlreadyRecorded, AppendOutcome.Recorded, AppendOutcome.AlreadyRecorded, AppendOutcome.Recorded);

        (await log.EntriesAsync()).Should().Be(3);
        (await log.PendingAsync()).Should().Be(3);
    }

    [Fact]
    [Guarantee("AuditLog", 2)]
    public async Task Sixty_four_callers_at_once_each_get_their_own_answer()
    {
        await using var log = await NewAsync();
        var entries = Enumerable.Range(0, 64).Select(i => TestLog.Entry($"t{i % 5}")).ToList();

        var results = await Task.WhenAll(entries.Concat(entries).Select(e => log.Log.AppendAsync(e, Ct)));

        results.Select(r => r.Id).Should().Equal(entries.Concat(entries).Select(e => e.Id));
        results.Count(r => r.Outcome == AppendOutcome.Recorded).Should().Be(64);
        (await log.EntriesAsync()).Should().Be(64);
        (await log.PendingAsync()).Should().Be(64);
    }

    [Fact]
    [Guarantee("AuditLog", 2)]
    public async Task In_a_transaction_the_entry_commits_with_what_it_describes_or_not_at_all()
    {
        await using var log = await NewAsync();

        await log.InTransactionAsync(t => log.Log.AppendAsync(t, TestLog.Entry(), Ct), commit: false);
        (await log.EntriesAsync(), await log.PendingAsync()).Should().Be((0, 0));
        await log.InTransactionAsync(t => log.Log.AppendAsync(t, TestLog.Entry(), Ct));
        await log.InTransactionAsync(t => log.Log.AppendAsync(t, [TestLog.Entry(), TestLog.Entry("globex")], Ct));

        (await log.EntriesAsync(), await log.PendingAsync()).Should().Be((3, 3));
    }

    [Fact]
    public async Task A_thousand_entries_go_in_one_call()
    {
        await using var log = await NewAsync();

        var results = await log.Log.AppendAsync([.. Enumerable.Range(0, 1_000).Select(i => TestLog.Entry($"t{i % 7}"))], Ct);

        results.Should().HaveCount(1_000).And.OnlyContain(r => r.Outcome == AppendOutcome.Recorded);
        (await log.EntriesAsync()).Should().Be(1_000);
    }

    [Fact]
    [Guarantee("AuditLog", 2)]
    public async Task Under_a_scope_an_entry_for_another_tenant_is_refused()
    {
        await using var log = await NewAsync();
        async Task<AppendResult> ScopedAsync(NpgsqlTransaction transaction, string tenant)
        {
            await using var scope = new NpgsqlCommand("SELECT set_config('app.tenant_id', 'acme', true)", transaction.Connection, transaction);
            await scope.ExecuteNonQueryAsync(Ct);
            return await log.Log.AppendAsync(transaction, TestLog.Entry(tenant), Ct);
        }

        (await log.InTransactionAsync(t => ScopedAsync(t, "acme"))).Outcome.Should().Be(AppendOutcome.Recorded);
        var other = () => log.InTransactionAsync(t => ScopedAsync(t, "globex"));

        (await other.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("42501");
        (await log.EntriesAsync()).Should().Be(1);
    }

    private Task<TestLog> NewAsync() => TestLog.NewAsync(connectionString());
}
