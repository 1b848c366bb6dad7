using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Patterns.CreditLedger;
using Patterns.Postgres;

namespace Billing.Tests.CreditLedger;

/// <summary>A ledger of its own, in a schema of its own, on a database whose clock the test moves, with pools <c>free</c>, <c>promo</c> and <c>paid</c>.</summary>
internal sealed class AuditedLedger : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private AuditedLedger(string connectionString, string schema, TimeProvider? time, Action<CreditLedgerOptions>? configure = null)
    {
        var services = new ServiceCollection();
        if (time is not null)
            services.AddSingleton(time);
        services.AddLogging();
        services.AddPostgres(o => (o.ConnectionString, o.Schema) = (connectionString, schema));
        services.AddCreditLedger(o => o.Pool("free", PoolKind.Free).Pool("promo", PoolKind.Promotional).Pool("paid", PoolKind.Paid));
        services.AddCreditLedger(configure);
        _services = services.BuildServiceProvider();
    }

    public IServiceProvider Services => _services;

    public ICreditLedger Ledger => _services.GetRequiredService<ICreditLedger>();

    public ICreditLedgerAudit Audit => _services.GetRequiredService<ICreditLedgerAudit>();

    public IPostgres Postgres => _services.GetRequiredService<IPostgres>();

    public ITimePartitions Partitions => _services.GetRequiredService<ITimePartitions>();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<AuditedLedger> NewAsync(string connectionString, string? schema = null, TimeProvider? time = null, Action<CreditLedgerOptions>? configure = null)
    {
        var ledger = new AuditedLedger(connectionString, schema ?? "l_" + Guid.CreateVersion7().ToString("N"), time, configure);
        await ledger._services.GetRequiredService<ISchema>().ApplyAsync(Ct);

        // Not a setting of the connection, which a pooler would not pass on.
        await ledger.ExecuteAsync(
            """
            CREATE TABLE {schema}.moved_clock (by interval NOT NULL);
            INSERT INTO {schema}.moved_clock VALUES ('0');
            CREATE OR REPLACE FUNCTION {schema}.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
                AS $$ SELECT pg_catalog.statement_timestamp() + (SELECT c.by FROM {schema}.moved_clock c) $$
            """);
        return ledger;
    }

    /// <summary>The same ledger through another connection string.</summary>
    public AuditedLedger Through(string connectionString) => new(connectionString, Postgres.Schema.Trim('"'), time: null);

    public static AccountId Account(string tenant = "acme") => new(tenant);

    public Task AdvanceAsync(TimeSpan by) =>
        ExecuteAsync($"UPDATE {{schema}}.moved_clock SET by = by + interval '{by.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)} milliseconds'");

    public async Task<DateTimeOffset> NowAsync() => new(await ScalarAsync<DateTime>("SELECT {schema}.now()"));

    public async Task<List<LedgerBreak>> BreaksAsync(string? tenant = null) => await Audit.VerifyAsync(tenant, Ct).ToListAsync(Ct);

    public async Task<List<LedgerEntry>> EntriesAsync(AccountId account) => await Ledger.HistoryAsync(account, ct: Ct).Reverse().ToListAsync(Ct);

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Postgres.DataSource.CreateCommand(Postgres.Sql(sql));
        return (T)(await command.ExecuteScalarAsync(Ct))!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Postgres.DataSource.CreateCommand(Postgres.Sql(sql));
        await command.ExecuteNonQueryAsync(Ct);
    }

    /// <summary>Does what the ledger refuses: changes its entries.</summary>
    public Task FalsifyAsync(string sql) => ExecuteAsync(Falsified(sql));

    public static string Falsified(string sql) =>
        $$"""
        ALTER TABLE {schema}.credit_ledger_entries DISABLE TRIGGER credit_ledger_entries_append_only;
        {{sql}};
        ALTER TABLE {schema}.credit_ledger_entries ENABLE TRIGGER credit_ledger_entries_append_only
        """;

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
