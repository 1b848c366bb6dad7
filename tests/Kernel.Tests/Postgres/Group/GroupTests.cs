using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>A group that inserts entries, and its table. The group's clock stands still, so that whatever waited for a timer would wait for ever.</summary>
/// <param name="database">Where the table is.</param>
/// <param name="connectionString">How the group gets there; null for straight.</param>
public abstract class GroupTests(PostgresDatabase database, Func<string>? connectionString = null) : IAsyncLifetime
{
    // A table is emptied far faster than a database is made.
    private const string Table =
        """
        SELECT pg_advisory_xact_lock(1);
        CREATE SEQUENCE IF NOT EXISTS statements;
        CREATE SEQUENCE IF NOT EXISTS refusals;
        CREATE TABLE IF NOT EXISTS entries (
            id int PRIMARY KEY, key text, fault text, at timestamptz, ordinal bigint, judged int, place bigint GENERATED ALWAYS AS IDENTITY);
        CREATE OR REPLACE FUNCTION count_and_wait() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM nextval('statements');
            PERFORM pg_advisory_xact_lock_shared(4711);
            RETURN NULL;
        END $$;
        CREATE OR REPLACE TRIGGER arrival BEFORE INSERT ON entries FOR EACH STATEMENT EXECUTE FUNCTION count_and_wait();
        CREATE OR REPLACE FUNCTION judge(fault text) RETURNS int LANGUAGE plpgsql VOLATILE AS $$
        BEGIN
            IF fault <> '' AND (position('*' IN fault) = 0 OR nextval('refusals') <= split_part(fault, '*', 2)::int) THEN
                RAISE EXCEPTION 'refused' USING ERRCODE = split_part(fault, '*', 1);
            END IF;
            RETURN 1;
        END $$;
        TRUNCATE entries RESTART IDENTITY;
        ALTER SEQUENCE statements RESTART;
        ALTER SEQUENCE refusals RESTART;
        """;

    private readonly List<IAsyncDisposable> _groups = [];
    private Application? _application;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected static bool AtLength { get; } = Environment.GetEnvironmentVariable("PATTERNS_LONG") == "1";

    protected PostgresDatabase Database => database;

    protected string ConnectionString => connectionString?.Invoke() ?? database.ConnectionString;

    protected IPostgres Postgres => _application!.Postgres;

    protected FakeTime Time { get; } = new();

    protected EntryStatement Statement { get; } = new();

    public async ValueTask InitializeAsync()
    {
        await ExecuteAsync(Table);
        _application = new(ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var group in _groups)
        {
            // A call that a fault has left behind must fail its test, not hold up all others.
            var stopping = group.DisposeAsync().AsTask();
            Time.Advance(TimeSpan.FromDays(1));
            await stopping;
        }

        await _application!.DisposeAsync();
    }

    /// <summary>A group of one lane, which may wait for the gate as long as it likes.</summary>
    protected GroupCommit<Entry, Answer> Group(Action<GroupOptions<Entry>>? configure = null, GroupStatement<Entry, Answer>? statement = null, IPostgres? postgres = null)
    {
        var options = new GroupOptions<Entry> { Lanes = 1, BatchLockTimeout = TimeSpan.FromSeconds(50), CommandTimeout = TimeSpan.FromSeconds(60), Time = Time };
        configure?.Invoke(options);
        var group = new GroupCommit<Entry, Answer>(postgres ?? Postgres, statement ?? Statement, options);
        _groups.Add(group);
        return group;
    }

    /// <summary>Calls of all entries, in order, from one thread.</summary>
    protected static Task<Answer>[] Call(GroupCommit<Entry, Answer> group, IEnumerable<Entry> entries) =>
        [.. entries.Select(entry => group.RunAsync(entry, Ct).AsTask())];

    /// <summary>One batch of exactly these entries, on its way when this returns. Entry 0 keeps the one lane busy until all are queued.</summary>
    protected async Task<Task<Answer>[]> TogetherAsync(GroupCommit<Entry, Answer> group, IEnumerable<Entry> entries)
    {
        await using var gate = await CloseGateAsync();
        var first = group.RunAsync(new(0), Ct).AsTask();
        await gate.ArrivedAsync();
        var calls = Call(group, entries);
        await gate.OpenAsync();
        await first;
        return calls;
    }

    protected Task<Gate> CloseGateAsync() => Gate.CloseAsync(database.DataSource, Ct);

    protected Task<RowLock> LockAsync(params int[] ids) => RowLock.TakeAsync(database.DataSource, ids);

    protected Task<long> StatementsAsync() => ScalarAsync<long>("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM statements");

    /// <summary>The ids that are there, in the order in which they were inserted.</summary>
    protected Task<int[]> RowsAsync() => ScalarAsync<int[]>("SELECT coalesce(array_agg(id ORDER BY place), '{}') FROM entries");

    protected async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Ct))!;
    }

    protected async Task ExecuteAsync(string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Ct);
    }

    /// <summary>What a call ended with; null when it was answered.</summary>
    protected static async Task<Exception?> EndAsync(Task<Answer> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        try
        {
            await call;
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    protected static async Task<Exception?[]> EndsAsync(IEnumerable<Task<Answer>> calls) => await Task.WhenAll(calls.Select(EndAsync));

    protected static void ShouldAnswer(IEnumerable<Entry> entries, IEnumerable<Answer> answers) =>
        answers.Select(answer => answer.Value).Should().Equal(entries.Select(entry => entry.Answer));
}
