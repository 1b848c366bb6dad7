using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Patterns.AuditLog;
using Patterns.Postgres;

namespace Tenancy.Tests.AuditLog.Integrity;

/// <summary>A log of three tenants and three runs, each with five entries of each tenant, and a superuser who changes it behind its back.</summary>
internal sealed class Gallery(TestLog log) : IAsyncDisposable
{
    public static readonly AuditActor Auditor = new("user", "auditor");
    private static readonly string[] Tables = ["entries", "seals", "seal_entries", "runs", "heads", "pending", "held_entries", "held_seal_entries"];

    public TestLog Log => log;

    /// <summary>The third entry of tenant b in the second run: its number is 8.</summary>
    public Guid Victim { get; private set; }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<Gallery> NewAsync(string connectionString, Action<AuditLogOptions>? configure = null, Action<IServiceCollection>? more = null)
    {
        var gallery = new Gallery(await TestLog.NewAsync(connectionString, configure, more));
        for (var run = 1; run <= 3; run++)
            await gallery.RunAsync("a", "b", "c");
        gallery.Victim = await gallery.Log.ScalarAsync<Guid>("SELECT entry_ids[3] FROM {schema}.audit_log_seal_entries WHERE tenant_id = 'b' AND seal_no = 2");

        await gallery.Log.Services.GetRequiredService<ITimePartitions>().MaintainAsync(Ct);

        // Who may do everything begins with the triggers.
        await gallery.Log.ExecuteAsync(
            """
            DO $$
            DECLARE v regclass;
            BEGIN
                FOR v IN SELECT c.oid FROM pg_class c WHERE c.relnamespace = '{schema}'::regnamespace AND c.relname LIKE 'audit\_log\_%' AND c.relkind IN ('r', 'p') LOOP
                    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER ALL', v);
                END LOOP;
            END
            $$
            """);
        return gallery;
    }

    public static AuditEntry Entry(string tenant, int number) => new(tenant, TestLog.Alice, "invoice.payment.recorded")
    {
        OnBehalfOf = new("user", "bob"),
        Targets = [new("invoice", $"in_{number}"), new("customer", "c_1")],
        Reason = "paid",
        RequestId = $"r-{number}",
        TraceId = "4bf92f3577b34da6a3ce929d0e0e4736",
        Details = $$"""{"amount":{{number}}}""",
        Personal = """{"name":"Alice"}""",
    };

    /// <summary>One more run, with five entries of each of these tenants.</summary>
    public async Task RunAsync(params string[] tenants)
    {
        await log.Log.AppendAsync([.. tenants.SelectMany(tenant => Enumerable.Range(1, 5).Select(i => Entry(tenant, i)))], Ct);
        await log.Integrity.SealNowAsync(Ct);
    }

    public Task<VerifyReport> VerifyAsync(string? tenantId = null) => log.Integrity.VerifyAsync(new(Auditor) { TenantId = tenantId }, Ct);

    public async Task<IReadOnlyList<VerifyFinding>> FaultsAsync(string? tenantId = null) => [.. (await VerifyAsync(tenantId)).Findings.Where(static finding => finding.IsFault)];

    /// <summary>What is in the tables now, to be put back.</summary>
    public async Task<string> DumpAsync(string name)
    {
        foreach (var table in Tables)
            await log.ExecuteAsync($"CREATE TABLE {{schema}}.{name}_{table} AS SELECT * FROM {{schema}}.audit_log_{table}");
        return name;
    }

    public async Task RestoreAsync(string name, string? fromSchema = null)
    {
        foreach (var table in Tables)
            await log.ExecuteAsync($"DELETE FROM {{schema}}.audit_log_{table}; INSERT INTO {{schema}}.audit_log_{table} SELECT * FROM {(fromSchema is null ? "{schema}" : $"\"{fromSchema}\"")}.{name}_{table}");
    }

    public static string Show(IEnumerable<VerifyFinding> findings) => JsonSerializer.Serialize(findings);

    public ValueTask DisposeAsync() => log.DisposeAsync();
}
