#:sdk Microsoft.NET.Sdk.Web
#:project ../src/Tenancy/Patterns.AuditLog/Patterns.AuditLog.csproj
#:project ../src/Kernel/Patterns.DevServers/Patterns.DevServers.csproj

// An audit log that nobody edits unnoticed: append, seal, tamper as a superuser, verify, prove, redact. Run it with: dotnet run samples/AuditLog.cs
using System.Security.Cryptography;
using Npgsql;
using Patterns.AuditLog;
using Patterns.DevServers;
using Patterns.Postgres;

await using var server = await DevServers.StartPostgresAsync();
await using var database = await server.CreateDatabaseAsync();
using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
var builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders();
builder.Services
    .AddPostgres(o => o.ConnectionString = database.ConnectionString)
    .AddAuditLog(o =>
    {
        o.SigningKeys.Add(new AuditSigningKey("2026-1", key));
        o.VerifyOnStart = false; // the sample's login is a superuser, which no application's should be
    });
using var host = builder.Build();
await host.StartAsync();
var (postgres, audit, integrity) = (host.Services.GetRequiredService<IPostgres>(), host.Services.GetRequiredService<IAuditLog>(), host.Services.GetRequiredService<IAuditIntegrity>());
var (alice, auditor) = (new AuditActor("user", "alice"), new AuditActor("user", "auditor"));
await ExecuteAsync("CREATE TABLE invoices (id text PRIMARY KEY)");

// The entry commits with what it describes.
var paid = new AuditEntry("acme", alice, "invoice.payment.recorded")
{
    Targets = [new AuditTarget("invoice", "in_1")],
    Details = """{"amount":9900,"card":{"token":"tok_secret"}}""",
    Personal = """{"email":"alice@example.com"}""",
};
await postgres.RunAsync(async (transaction, ct) =>
{
    await using var invoice = new NpgsqlCommand("INSERT INTO invoices VALUES ('in_1')", transaction.Connection, transaction);
    await invoice.ExecuteNonQueryAsync(ct);
    await audit.AppendAsync(transaction, paid, ct);
});
Console.WriteLine($"The same entry again: {(await audit.AppendAsync(paid)).Outcome}");
foreach (var tenant in (string[])["acme", "umbrella"])
    await audit.AppendAsync([.. Enumerable.Range(2, 4).Select(i => new AuditEntry(tenant, alice, "invoice.payment.recorded") { Targets = [new AuditTarget("invoice", $"in_{i}")] })]);
await integrity.SealNowAsync(); // the sealer does so every second by itself
Console.WriteLine($"Stored without its secret: {(await audit.QueryAsync(new AuditFilter("acme", auditor) { Target = new AuditTarget("invoice", "in_1") })).Entries[0].Entry.Details}");
Console.WriteLine($"Nobody touched it: intact = {(await VerifyAsync()).IsIntact}");

// An application cannot change an entry. A superuser can, with the triggers off, and is found out.
try
{
    await ExecuteAsync("UPDATE patterns.audit_log_entries SET actor_id = 'mallory'");
}
catch (PostgresException e)
{
    Console.WriteLine($"Refused: {e.MessageText}");
}

var proof = (await integrity.ProveAsync("acme", paid.Id, auditor))!;
await ExecuteAsync("DO $$ DECLARE t regclass; BEGIN FOR t IN SELECT oid FROM pg_class WHERE relname LIKE 'audit_log_entries_%' AND relkind = 'r' LOOP EXECUTE format('ALTER TABLE %s DISABLE TRIGGER ALL', t); END LOOP; END $$");
await ExecuteAsync($"UPDATE patterns.audit_log_entries SET actor_id = 'mallory' WHERE id = '{paid.Id}'");
foreach (var finding in (await VerifyAsync()).Findings)
    Console.WriteLine($"Found: {finding.Kind}, tenant {finding.TenantId}, number {finding.SequenceNumber}. {finding.Detail}");
await ExecuteAsync($"UPDATE patterns.audit_log_entries SET actor_id = 'alice' WHERE id = '{paid.Id}'");

// Personal data can go, and neither the seals nor a proof that was given before mind.
Console.WriteLine($"Redacted entries: {await integrity.RedactAsync(new RedactRequest("acme", auditor, "asked to be forgotten") { Actor = alice })}");
var publicKey = new AuditSigningKey("2026-1", ECDsa.Create(key.ExportParameters(includePrivateParameters: false)));
Console.WriteLine($"Intact = {(await VerifyAsync()).IsIntact}; the proof holds = {AuditProof.Verify(proof, [publicKey])}; with a word changed = {AuditProof.Verify(proof with { Entry = proof.Entry with { Action = "x" } }, [publicKey])}");

// What an auditor takes home, and verifies without the database.
await integrity.SealNowAsync();
using var file = new MemoryStream();
await integrity.WriteEvidenceAsync("acme", auditor, file);
file.Position = 0;
var report = await AuditEvidence.VerifyAsync(file, [publicKey]);
Console.WriteLine($"Evidence of {report.Entries} entries in {file.Length:N0} bytes: intact = {report.IsIntact}");

await host.StopAsync();

Task<VerifyReport> VerifyAsync() => integrity.VerifyAsync(new VerifyRequest(auditor));

async Task ExecuteAsync(string sql)
{
    await using var command = postgres.DataSource.CreateCommand(sql);
    await command.ExecuteNonQueryAsync();
}
