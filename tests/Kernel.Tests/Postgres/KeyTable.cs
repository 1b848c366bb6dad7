using Microsoft.Extensions.DependencyInjection;

namespace Kernel.Tests.Postgres;

/// <summary>
/// An application with a table <c>keys</c> that remembers numbers for an hour, on a database whose clock can be moved. A claim is made in the two steps of the
/// protocol, so that a test can let anything happen between them; it waits for nobody, unless it is told to meet others in the unique index.
/// </summary>
internal static class KeyTable
{
    public static readonly TimeSpan RememberFor = TimeSpan.FromHours(1);

    private static readonly ScriptAssembly Scripts = new((
        "0001_keys",
        MovedClock.Script +
        """
        CREATE TABLE {schema}.clock (singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton), current int NOT NULL, overlap boolean NOT NULL, turned_at timestamptz NOT NULL);
        INSERT INTO {schema}.clock (current, overlap, turned_at) VALUES (1, false, {schema}.now());
        CREATE TABLE {schema}.keys (key bigint NOT NULL, generation int NOT NULL, PRIMARY KEY (key, generation)) PARTITION BY LIST (generation);
        CREATE TABLE {schema}.keys_g1 PARTITION OF {schema}.keys FOR VALUES IN (1);
        CREATE TABLE {schema}.keys_g2 PARTITION OF {schema}.keys FOR VALUES IN (2);

        CREATE FUNCTION {schema}.begin_claim(OUT o_current int, OUT o_last int) LANGUAGE plpgsql AS $$
        BEGIN
            LOCK TABLE ONLY {schema}.keys IN ROW EXCLUSIVE MODE;
            SELECT c.current, c.current + c.overlap::int INTO STRICT o_current, o_last FROM {schema}.clock c;
        END
        $$;

        CREATE FUNCTION {schema}.finish_claim(p_key bigint, p_current int, p_last int, p_wait boolean) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT p_wait AND NOT pg_try_advisory_xact_lock(hashtextextended('{schema}', p_key)) THEN
                RETURN false;
            END IF;
            INSERT INTO {schema}.keys
            SELECT p_key, p_current WHERE NOT EXISTS (SELECT FROM {schema}.keys k WHERE k.key = p_key AND k.generation = p_current - 1)
            ON CONFLICT DO NOTHING;
            IF NOT FOUND THEN
                RETURN false;
            END IF;
            IF p_last > p_current THEN
                INSERT INTO {schema}.keys VALUES (p_key, p_last) ON CONFLICT DO NOTHING;
                IF NOT FOUND THEN
                    DELETE FROM {schema}.keys k WHERE k.key = p_key AND k.generation = p_current;
                    RETURN false;
                END IF;
            END IF;
            RETURN true;
        END
        $$;
        """));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<Application> NewAsync(string connectionString, string schema, TimeProvider? time = null)
    {
        var application = new Application(connectionString, o => o.Schema = schema, services =>
        {
            services.AddSchemaScripts("keys", Scripts).AddRememberedKeys("keys", _ => new("keys", "clock", RememberFor));
            if (time is not null)
                services.AddSingleton(time);
        });
        await application.Schema.ApplyAsync(Ct);
        return application;
    }

    /// <summary>Claims in a transaction of its own; true when the key was new.</summary>
    public static async Task<bool> ClaimAsync(this Application application, long key)
    {
        await using var claim = await OpenClaim.BeginAsync(application);
        var isNew = await claim.FinishAsync(key);
        await claim.CommitAsync();
        return isNew;
    }

    public static Task<int> GenerationAsync(this Application application) => application.ScalarAsync<int>("SELECT current FROM {schema}.clock");

    public static Task<bool> OverlapsAsync(this Application application) => application.ScalarAsync<bool>("SELECT overlap FROM {schema}.clock");

    /// <summary>All tables that hold generations, attached or not.</summary>
    public static Task<string[]> GenerationTablesAsync(this Application application) => application.ScalarAsync<string[]>(
        "SELECT array_agg(relname::text ORDER BY length(relname), relname) FROM pg_class WHERE relnamespace = '{schema}'::regnamespace AND relkind = 'r' AND relname LIKE 'keys\\_g%'");
}
