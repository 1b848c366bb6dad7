namespace Kernel.Tests.Postgres;

/// <summary>What roles may do with partitions that are made after they were given rights on the table.</summary>
public sealed class PartitionRightsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_partition_that_is_made_later_has_the_rights_of_its_table()
    {
        await using var application = await PartitionedTable.NewAsync(database.ConnectionString, "rights_kept");
        var role = await PlainRoleAsync();
        await application.ExecuteAsync($"GRANT INSERT, SELECT ON {{schema}}.readings TO {Quoted(role)}");

        await MakeAsync(application);

        (await RightsAsync(application, role)).Should().Be("SELECT, INSERT");
    }

    [Fact]
    public async Task One_of_a_table_with_row_level_security_has_none_since_no_policy_would_hold_for_it()
    {
        await using var application = await PartitionedTable.NewAsync(database.ConnectionString, "rights_dropped");
        var role = await PlainRoleAsync();
        await application.ExecuteAsync($"GRANT INSERT, SELECT ON {{schema}}.readings TO {Quoted(role)}; ALTER TABLE {{schema}}.readings ENABLE ROW LEVEL SECURITY");

        await MakeAsync(application);

        (await RightsAsync(application, role)).Should().BeEmpty();
    }

    private static ValueTask MakeAsync(Application application) => application.Partitions.EnsureAsync("readings", TimeProvider.System.GetUtcNow(), Ct);

    private static Task<string> RightsAsync(Application application, string role) => application.ScalarAsync<string>(
        $$"""
         SELECT coalesce(string_agg(r, ', ') FILTER (WHERE has_table_privilege('{{role}}', i.inhrelid, r)), '')
         FROM pg_inherits i CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) r WHERE i.inhparent = '{schema}.readings'::regclass
         """);

    private async Task<string> PlainRoleAsync()
    {
        var role = $"r \"quoted\" {Guid.CreateVersion7():N}";
        await using var command = database.DataSource.CreateCommand($"CREATE ROLE {Quoted(role)}");
        await command.ExecuteNonQueryAsync(Ct);
        return role;
    }

    private static string Quoted(string role) => '"' + role.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
}
