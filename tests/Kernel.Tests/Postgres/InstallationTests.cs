using System.Globalization;
using Npgsql;
using Patterns.DevServers;

namespace Kernel.Tests.Postgres;

/// <summary>Many processes start together on an empty database.</summary>
public sealed class InstallationTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("Postgres", 1)]
    public async Task Twenty_processes_that_start_together_apply_each_script_once()
    {
        await using var empty = await database.NewAsync();

        await InstallAsync(empty, processes: 20, killOneInTheMiddle: false);

        await AssertInstalledOnceAsync(empty);
    }

    [Fact]
    [Guarantee("Postgres", 1)]
    public async Task When_one_of_them_is_killed_in_the_middle_of_a_script_the_others_finish()
    {
        await using var empty = await database.NewAsync();

        await InstallAsync(empty, processes: 8, killOneInTheMiddle: true);

        await AssertInstalledOnceAsync(empty);
    }

    private static async Task InstallAsync(DevDatabase empty, int processes, bool killOneInTheMiddle)
    {
        await using var source = NpgsqlDataSource.Create(empty.ConnectionString);
        await using var connection = await source.OpenConnectionAsync(Ct);
        await using var gate = await connection.BeginTransactionAsync(Ct);
        if (killOneInTheMiddle)
        {
            await using var close = new NpgsqlCommand("SELECT pg_advisory_xact_lock(4711)", connection, gate);
            await close.ExecuteNonQueryAsync(Ct);
        }

        var children = Enumerable.Range(0, processes).Select(_ => ChildProcess.Start("InstallSchema", empty.ConnectionString)).ToList();
        try
        {
            if (killOneInTheMiddle)
            {
                var victim = 0;
                await Eventually.HoldsAsync("one process is in the middle of script 0002", async () => (victim = await AtTheGateAsync(source)) != 0);
                var process = children.Single(p => p.Id == victim);
                await process.KillAsync();
                children.Remove(process);
                await process.DisposeAsync();
                await gate.RollbackAsync(Ct);
            }

            await Task.WhenAll(children.Select(p => p.WaitForLineAsync("ready", Ct)));
        }
        finally
        {
            foreach (var process in children)
                await process.DisposeAsync();
        }
    }

    private static async Task<int> AtTheGateAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("SELECT split_part(application_name, ' ', 2) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'installer %' AND wait_event = 'advisory'");
        return await command.ExecuteScalarAsync(Ct) is string id ? int.Parse(id, CultureInfo.InvariantCulture) : 0;
    }

    private static async Task AssertInstalledOnceAsync(DevDatabase installed)
    {
        await using var source = NpgsqlDataSource.Create(installed.ConnectionString);
        await using var command = source.CreateCommand("SELECT (SELECT array_agg(id ORDER BY id) FROM children.installations), (SELECT count(*) FROM children.schema_versions WHERE state = 'applied')");
        await using var reader = await command.ExecuteReaderAsync(Ct);
        await reader.ReadAsync(Ct);
        reader.GetFieldValue<int[]>(0).Should().Equal(2, 3);
        reader.GetInt64(1).Should().Be(4);
    }
}
