#:sdk Microsoft.NET.Sdk.Web
#:project ../src/Tenancy/Patterns.RlsTesting/Patterns.RlsTesting.csproj
#:project ../src/Kernel/Patterns.DevServers/Patterns.DevServers.csproj

// A schema that leaks, what an audit says about it, its repairs, and then the proof that it no longer does. Run it with: dotnet run samples/RlsTesting.cs
using Npgsql;
using Patterns.DevServers;
using Patterns.RlsTesting;

await using var server = await DevServers.StartPostgresAsync();
await using var database = await server.CreateDatabaseAsync();
await using var source = NpgsqlDataSource.Create(database.ConnectionString);

// "orders" is right. "notes" has a policy that lets everybody in, and a key that tells what others have; "labels" was forgotten; the view reads as its owner.
await RunAsync("""
    DO 'BEGIN CREATE ROLE sample_app; EXCEPTION WHEN duplicate_object THEN NULL; END';
    CREATE TABLE orders (tenant_id text NOT NULL, id uuid NOT NULL, note text, PRIMARY KEY (tenant_id, id));
    ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
    ALTER TABLE orders FORCE ROW LEVEL SECURITY;
    CREATE POLICY orders_tenant ON orders TO sample_app
        USING (tenant_id = (SELECT current_setting('app.tenant_id', true))) WITH CHECK (tenant_id = (SELECT current_setting('app.tenant_id', true)));

    CREATE TABLE notes (tenant_id text NOT NULL, id uuid NOT NULL, slug text NOT NULL UNIQUE, PRIMARY KEY (tenant_id, id));
    ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
    CREATE POLICY "Service role full access" ON notes USING (true) WITH CHECK (true);

    CREATE TABLE labels (tenant_id text NOT NULL, name text NOT NULL, PRIMARY KEY (tenant_id, name));
    CREATE VIEW order_notes AS SELECT note FROM orders;
    GRANT SELECT, INSERT, UPDATE, DELETE ON orders, notes, labels TO sample_app;
    GRANT SELECT ON order_notes TO sample_app;
    """);
var audit = RlsAudit.For(source)
    .Roles("sample_app")
    .As(Identity.Setting("app.tenant_id", "acme"), Identity.Setting("app.tenant_id", "globex"))
    .AllowMutationOn(new NpgsqlConnectionStringBuilder(database.ConnectionString).Database!)
    .Build();

// What the probes can do to each other's rows as it stands.
var leaks = await audit.ProbeAsync();
Console.WriteLine($"Of {leaks.Probes.Count} probes {leaks.Probes.Count(probe => !probe.IsSafe)} are not safe, such as");
foreach (var probe in leaks.Probes.Where(probe => !probe.IsSafe).Take(3))
    Console.WriteLine($"  {probe.Table}: {probe.Command} as {probe.Identity}: expected {probe.Expected}, saw {probe.Seen}");

// What the catalogue says, and the SQL that mends it. One repair may mend or show another finding, so they are made one at a time.
while ((await audit.LintAsync()) is [var finding, ..])
{
    Console.WriteLine($"{finding.Severity}: {finding.Rule} {finding.Object}\n  {finding.Evidence}\n  {finding.Repair.ReplaceLineEndings("\n  ")}");
    await RunAsync(finding.Repair);
}

// Now no tenant reaches another's rows, each reaches its own, and no policy could be weakened unnoticed.
var matrix = await audit.ProbeAsync();
matrix.ThrowIfUnsafe();
Console.WriteLine($"All {matrix.Probes.Count} probes are safe");
var mutation = await audit.MutateAsync();
mutation.ThrowIfBelow(1.0);
Console.WriteLine($"All {mutation.Mutants.Count} weakened policies were noticed");

// For a file of the repository, whose diff is the review.
Console.WriteLine(await audit.SnapshotAsync());

async Task RunAsync(string sql)
{
    await using var command = source.CreateCommand(sql);
    await command.ExecuteNonQueryAsync();
}
