using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Harness;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Patterns.AuditLog;
using Patterns.DevServers;
using Patterns.Postgres;

namespace Tenancy.Benchmarks;

/// <summary>
/// Appends of one entry with details and personal data: for 64 tenants, for one hot tenant, and inside a transaction. Raw is one prepared INSERT of the same columns into a plain table with the same
/// indexes; Chained is the usual hand-written hash chain, which locks its tenant's head, inserts, updates the head and commits. What is pending is sealed between the cases, and measured there.
/// </summary>
public sealed class AuditLogBenchmarks : IClosedLoopBenchmark
{
    private const int Tenants = 64;
    private const string Details = """{"invoice":"in_1042","amount":129900,"currency":"eur","method":"card"}""";
    private const string Personal = """{"name":"Jane Doe","email":"jane.doe@example.com","ip":"192.0.2.17"}""";
    private static readonly AuditActor Actor = new("user", "usr_4711");
    private static readonly string[] Targets = ["invoice:in_1042", "customer:cus_77"];
    private static int _turn;

    public async Task RunAsync(ClosedLoop loop)
    {
        await using var server = await DevServers.StartPostgresAsync(new DevPostgresOptions { Durable = true });
        await using var database = await server.CreateDatabaseAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var connectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 100 }.ConnectionString;
        await using var services = new ServiceCollection()
            .AddPostgres(o => o.ConnectionString = connectionString)
            .AddAuditLog(o => o.SigningKeys.Add(new("bench", key)))
            .AddLogging()
            .BuildServiceProvider();
        await services.GetRequiredService<ISchema>().ApplyAsync();
        var source = services.GetRequiredService<IPostgres>().DataSource;
        var (log, integrity) = (services.GetRequiredService<IAuditLog>(), services.GetRequiredService<IAuditIntegrity>());
        await using (var tables = source.CreateCommand(
            """
            CREATE TABLE raw_entries (
                tenant_id text NOT NULL, occurred_at timestamptz NOT NULL, id uuid NOT NULL, retention_class text NOT NULL, actor_type text NOT NULL, actor_id text NOT NULL,
                behalf_of_type text, behalf_of_id text, action text NOT NULL, targets text[] NOT NULL, outcome smallint NOT NULL, reason text, request_id text, trace_id text,
                details json, details_salt bytea, personal json, personal_salt bytea, personal_commitment bytea, redaction uuid,
                PRIMARY KEY (tenant_id, occurred_at, id, retention_class));
            CREATE INDEX ON raw_entries (tenant_id, actor_id, occurred_at);
            CREATE INDEX ON raw_entries (tenant_id, action text_pattern_ops, occurred_at);
            CREATE INDEX ON raw_entries USING gin (targets);
            CREATE TABLE chained_entries (LIKE raw_entries INCLUDING ALL);
            ALTER TABLE chained_entries ADD seq bigint NOT NULL, ADD hash bytea NOT NULL;
            CREATE TABLE chained_heads (tenant_id text PRIMARY KEY, seq bigint NOT NULL, hash bytea NOT NULL) WITH (fillfactor = 70);
            INSERT INTO chained_heads SELECT 't' || i, 0, decode(repeat('00', 32), 'hex') FROM generate_series(0, 64) i
            """))
            await tables.ExecuteNonQueryAsync();

        loop.Rounds = Math.Min(loop.Rounds, 5);
        loop.Note($"PostgreSQL {server.Version}, fsync on, client and server on one machine. 64 tenants in turn.");
        await loop.MeasureAsync(
            "append",
            new Contender("Raw", () => RawAsync(source, Next())),
            new Contender("Ours", () => AppendAsync(log, Next())));
        loop.Note(await SealAsync(integrity));
        loop.Callers = [64];
        await loop.MeasureAsync(
            "one hot tenant",
            new Contender("Raw", () => RawAsync(source, "t0")),
            new Contender("Chained", () => ChainedAsync(source, "t0")),
            new Contender("Ours", () => AppendAsync(log, "t0")));
        await SealAsync(integrity);
        loop.Callers = [1, 16, 64];
        loop.Note("in the caller's transaction: BEGIN, the entry, COMMIT, on a connection for each caller.");
        await loop.MeasureAsync(
            "in the caller's transaction",
            new Contender("Raw", () => InTransactionAsync(source, transaction => InsertAsync(transaction.Connection!, "raw_entries", Next(), seq: null, hash: null))),
            new Contender("Ours", () => InTransactionAsync(source, async transaction => await log.AppendAsync(transaction, Entry(Next())))));
    }

    private static string Next() => $"t{1 + ((uint)Interlocked.Increment(ref _turn) % Tenants)}";

    private static AuditEntry Entry(string tenant) => new(tenant, Actor, "invoice.payment.recorded")
    {
        Targets = [new("invoice", "in_1042"), new("customer", "cus_77")], RequestId = "req_0123456789abcdef", TraceId = "0af7651916cd43dd8448eb211c80319c", Details = Details, Personal = Personal,
    };

    private static async ValueTask AppendAsync(IAuditLog log, string tenant)
    {
        if ((await log.AppendAsync(Entry(tenant))).Outcome != AppendOutcome.Recorded)
            throw new InvalidOperationException("The entry was there already.");
    }

    private static async Task<string> SealAsync(IAuditIntegrity integrity)
    {
        var started = Stopwatch.GetTimestamp();
        var sealing = await integrity.SealNowAsync();
        var sealedIn = Stopwatch.GetElapsedTime(started).TotalSeconds;
        started = Stopwatch.GetTimestamp();
        var report = await integrity.VerifyAsync(new(Actor));
        var verifiedIn = Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (!report.IsIntact)
            throw new InvalidOperationException("The log is not intact.");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"The sealer took {sealedIn:0.00} s for {sealing.Entries:N0} entries in {sealing.Seals:N0} seals, {sealedIn / Math.Max(1, sealing.Entries) * 1_000_000:0} % of a core at 10,000 entries a second, client and server together. Verification: {report.Entries / verifiedIn:N0} entries a second.");
    }

    private static async ValueTask RawAsync(NpgsqlDataSource source, string tenant)
    {
        await using var connection = await source.OpenConnectionAsync();
        await InsertAsync(connection, "raw_entries", tenant, seq: null, hash: null);
    }

    private static async ValueTask ChainedAsync(NpgsqlDataSource source, string tenant) => await InTransactionAsync(source, async transaction =>
    {
        var connection = transaction.Connection!;
        await using var head = new NpgsqlCommand("SELECT seq, hash FROM chained_heads WHERE tenant_id = $1 FOR UPDATE", connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = tenant } } };
        await head.PrepareAsync();
        long seq;
        byte[] hash;
        await using (var row = await head.ExecuteReaderAsync())
        {
            await row.ReadAsync();
            (seq, hash) = (row.GetInt64(0) + 1, row.GetFieldValue<byte[]>(1));
        }

        hash = SHA256.HashData([.. hash, .. "entry"u8]);
        await InsertAsync(connection, "chained_entries", tenant, seq, hash);
        await using var update = new NpgsqlCommand("UPDATE chained_heads SET seq = $2, hash = $3 WHERE tenant_id = $1", connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = tenant }, new NpgsqlParameter<long> { TypedValue = seq }, new NpgsqlParameter<byte[]> { TypedValue = hash } },
        };
        await update.PrepareAsync();
        await update.ExecuteNonQueryAsync();
    });

    private static async ValueTask InsertAsync(NpgsqlConnection connection, string table, string tenant, long? seq, byte[]? hash)
    {
        await using var insert = new NpgsqlCommand(
            $"""
            INSERT INTO {table} (tenant_id, occurred_at, id, retention_class, actor_type, actor_id, action, targets, outcome, request_id, trace_id,
                details, details_salt, personal, personal_salt, personal_commitment{(seq is null ? "" : ", seq, hash")})
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16{(seq is null ? "" : ", $17, $18")})
            """, connection);
        var salt = RandomNumberGenerator.GetBytes(32);
        Add(tenant, NpgsqlDbType.Text);
        Add(TimeProvider.System.GetUtcNow().UtcDateTime, NpgsqlDbType.TimestampTz);
        Add(Guid.CreateVersion7(), NpgsqlDbType.Uuid);
        Add("standard", NpgsqlDbType.Text);
        Add("user", NpgsqlDbType.Text);
        Add("usr_4711", NpgsqlDbType.Text);
        Add("invoice.payment.recorded", NpgsqlDbType.Text);
        Add(Targets, NpgsqlDbType.Array | NpgsqlDbType.Text);
        Add((short)0, NpgsqlDbType.Smallint);
        Add("req_0123456789abcdef", NpgsqlDbType.Text);
        Add("0af7651916cd43dd8448eb211c80319c", NpgsqlDbType.Text);
        Add(Details, NpgsqlDbType.Json);
        Add(salt, NpgsqlDbType.Bytea);
        Add(Personal, NpgsqlDbType.Json);
        Add(salt, NpgsqlDbType.Bytea);
        Add(salt, NpgsqlDbType.Bytea);
        if (seq is { } number)
        {
            Add(number, NpgsqlDbType.Bigint);
            Add(hash!, NpgsqlDbType.Bytea);
        }

        await insert.PrepareAsync();
        await insert.ExecuteNonQueryAsync();

        void Add<T>(T value, NpgsqlDbType type) => insert.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type });
    }

    private static async ValueTask InTransactionAsync(NpgsqlDataSource source, Func<NpgsqlTransaction, ValueTask> work)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await work(transaction);
        await transaction.CommitAsync();
    }
}
