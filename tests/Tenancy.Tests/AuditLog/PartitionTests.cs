using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Patterns.Postgres;

namespace Tenancy.Tests.AuditLog;

/// <summary>Months without a partition, and logins without a right.</summary>
public sealed class PartitionTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_partition_that_is_gone_is_made_again_and_sealing_makes_its_own()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        await log.Log.AppendAsync(TestLog.Entry(), Ct);
        await log.ExecuteAsync(
            """
            DO $$ DECLARE t regclass; BEGIN
                FOR t IN SELECT c.oid FROM pg_class c WHERE c.relnamespace = '{schema}'::regnamespace AND c.relkind = 'r' AND c.relname ~ '^audit_log_(seal_)?entries_standard_p' LOOP EXECUTE 'DROP TABLE ' || t; END LOOP;
            END $$;
            TRUNCATE {schema}.audit_log_pending, {schema}.time_partitions
            """);

        await log.Log.AppendAsync(TestLog.Entry(), Ct);
        (await log.Integrity.SealNowAsync(Ct)).Entries.Should().Be(1);

        (await log.EntriesAsync()).Should().Be(1);
        await log.ChainIsWholeAsync();
    }

    [Fact]
    public async Task Where_a_month_has_no_partition_and_none_can_be_made_the_failure_names_the_remedy()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        var (_, application) = await log.AsApplicationAsync();
        await using var _1 = application;
        await using var bare = log.Again(application.ConnectionString);

        foreach (var append in new[] { () => bare.Log.AppendAsync(TestLog.Entry(), Ct), () => bare.InTransactionAsync(t => bare.Log.AppendAsync(t, TestLog.Entry(), Ct)) })
        {
            var failure = (await append.Should().ThrowAsync<PostgresException>()).WithMessage("*Partitions are made ahead*MigrationConnectionString*").Which;
            PostgresErrors.Classify(failure).Should().Be(PostgresFault.NoPartition);
        }

        await application.Log.AppendAsync(TestLog.Entry(), Ct);
        await bare.InTransactionAsync(t => bare.Log.AppendAsync(t, TestLog.Entry(), Ct));
        (await log.EntriesAsync()).Should().Be(2);
    }

    [Fact]
    public async Task Integrity_work_needs_the_auditors_role_on_one_of_two_connections()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        var (login, application) = await log.AsApplicationAsync();
        await using var _1 = application;
        await log.Log.AppendAsync(TestLog.Entry(), Ct);
        await log.ExecuteAsync($"REVOKE {log.Schema}_audit_auditor FROM {login}");

        var seal = () => application.Integrity.SealNowAsync(Ct);
        (await seal.Should().ThrowAsync<InvalidOperationException>()).WithMessage($"*GRANT \"{log.Schema}_audit_auditor\"*IntegrityDataSource*");
        await using var integrity = NpgsqlDataSource.Create(log.ConnectionString);
        await using var separated = application.Again(configure: o => o.IntegrityDataSource = integrity);

        (await separated.Integrity.SealNowAsync(Ct)).Entries.Should().Be(1);
        await application.Log.AppendAsync(TestLog.Entry(), Ct);
    }

    [Fact]
    [Guarantee("AuditLog", 3)]
    public async Task New_months_are_made_ahead_as_guarded_as_the_first()
    {
        await using var log = await TestLog.NewAsync(
            database.ConnectionString, o => o.VerifyOnStart = false, services => services.AddPostgres(o => o.MaintenanceInterval = Timeout.InfiniteTimeSpan));
        await log.StartAsync();

        await log.Services.GetRequiredService<ITimePartitions>().MaintainAsync(Ct);

        var months = await log.ScalarAsync<string[]>(
            """
            SELECT array_agg(pg_get_userbyid(c.relowner) || ' ' || c.relrowsecurity || ' ' || (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgenabled = 'A'))
            FROM pg_class c WHERE c.relnamespace = '{schema}'::regnamespace AND c.relname ~ '_p[0-9]{8}$' AND c.relkind = 'r'
            """);
        months.Should().HaveCount(2 * 2 * 4).And.OnlyContain(month => month == $"{log.Schema}_audit_owner true 2");
    }
}
