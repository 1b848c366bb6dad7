using Npgsql;

namespace Tenancy.Tests.RlsTesting.Leaks;

/// <summary>That nothing is left behind: the rows down to their place on disk, and the catalogue.</summary>
public sealed class UntouchedTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string Shop =
        Playground.Orders +
        """

        CREATE TABLE {s}.events (tenant_id text NOT NULL, at timestamptz NOT NULL, id uuid NOT NULL, PRIMARY KEY (tenant_id, at, id)) PARTITION BY RANGE (at);
        CREATE TABLE {s}.events_old PARTITION OF {s}.events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
        ALTER TABLE {s}.events ENABLE ROW LEVEL SECURITY;
        CREATE POLICY pin ON {s}.events USING (tenant_id = current_setting('app.tenant_id', true));
        GRANT SELECT, INSERT ON {s}.events TO {app};
        CREATE VIEW {s}.shown AS SELECT * FROM {s}.orders;
        GRANT SELECT ON {s}.shown TO {app};
        INSERT INTO {s}.orders VALUES ('acme', '00000000-0000-0000-0000-000000000001', 1), ('globex', '00000000-0000-0000-0000-000000000002', 2);
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("RlsTesting", 13)]
    public async Task Probes_and_mutations_leave_rows_and_catalogue_as_they_were()
    {
        var shop = await Playground.NewAsync(database, Shop);
        var before = await StateAsync(shop);

        await shop.ProbeAsync();
        await shop.MutateAsync((_, _) => Task.CompletedTask);

        (await StateAsync(shop)).Should().Equal(before);
    }

    [Fact]
    [Guarantee("RlsTesting", 13)]
    public async Task A_run_that_is_cancelled_between_two_weakened_policies_leaves_nothing()
    {
        var shop = await Playground.NewAsync(database, Shop);
        var before = await StateAsync(shop);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var calls = 0;

        var mutate = () => shop.Audit().Build().MutateAsync(
            async (_, _) =>
            {
                if (++calls == 3)
                    await cancel.CancelAsync();
            },
            cancel.Token);

        await mutate.Should().ThrowAsync<OperationCanceledException>();
        calls.Should().Be(3, "a policy was weakened when it ended");
        (await StateAsync(shop)).Should().Equal(before);
        (await shop.ProbeAsync()).Probes.Should().NotBeEmpty("the next run is not in anybody's way");
    }

    [Fact]
    [Guarantee("RlsTesting", 13)]
    public async Task A_server_process_that_is_killed_in_the_middle_leaves_nothing()
    {
        var shop = await Playground.NewAsync(database, Shop);
        var before = await StateAsync(shop);
        var calls = 0;

        var mutate = () => shop.MutateAsync(async (connection, ct) =>
        {
            if (++calls != 3)
                return;
            await using (var kill = shop.Source.CreateCommand($"SELECT pg_terminate_backend({connection.ProcessID}, 5000)"))
                await kill.ExecuteNonQueryAsync(ct);
            await using var next = new NpgsqlCommand("SELECT 1", connection);
            await next.ExecuteNonQueryAsync(ct);
        });

        await mutate.Should().ThrowAsync<NpgsqlException>();
        calls.Should().Be(3, "a policy was weakened when it ended");
        (await StateAsync(shop)).Should().Equal(before);
    }

    private static async Task<List<string>> StateAsync(Playground shop)
    {
        var state = new List<string>();
        await using var command = shop.Source.CreateCommand(shop.Fill(
            """
            SELECT concat('class ', c.oid, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relhastriggers, coalesce(c.relacl::text, '')) FROM pg_class c WHERE c.relnamespace <> 'pg_toast'::regnamespace
            UNION ALL SELECT concat('policy ', oid, polname, polpermissive, polcmd, coalesce(pg_get_expr(polqual, polrelid), '-'), coalesce(pg_get_expr(polwithcheck, polrelid), '-')) FROM pg_policy
            UNION ALL SELECT concat('function ', oid, proname, coalesce(proacl::text, '')) FROM pg_proc
            UNION ALL SELECT concat('schema ', oid, nspname, coalesce(nspacl::text, '')) FROM pg_namespace
            UNION ALL SELECT concat('trigger ', oid, tgname, tgenabled) FROM pg_trigger
            UNION ALL SELECT concat('constraint ', oid, conname) FROM pg_constraint
            UNION ALL SELECT concat('type ', oid, typname) FROM pg_type
            UNION ALL SELECT concat('role ', oid, rolname, rolsuper, rolbypassrls) FROM pg_authid WHERE oid IN (SELECT grantee FROM pg_namespace n, aclexplode(n.nspacl) WHERE n.nspname = '{s}')
            UNION ALL SELECT concat('order ', o.ctid, o.xmin, o::text) FROM {s}.orders o
            UNION ALL SELECT concat('event ', e.ctid, e.xmin, e::text) FROM {s}.events e
            ORDER BY 1
            """));
        await using var reader = await command.ExecuteReaderAsync(Ct);
        while (await reader.ReadAsync(Ct))
            state.Add(reader.GetString(0));
        state.Should().Contain(line => line.StartsWith("order ")).And.Contain(line => line.StartsWith("policy "));
        return state;
    }
}
