namespace Kernel.Tests.Postgres;

/// <summary>The turn loses its connection at each of its steps, before the server has seen the statement or after it was carried out.</summary>
public sealed class RememberedKeysCrashTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("CREATE TABLE", false)]
    [InlineData("CREATE TABLE", true)]
    [InlineData("SET overlap = true", false)]
    [InlineData("SET overlap = true", true)]
    [InlineData("pg_locks", false)]
    [InlineData("pg_locks", true)]
    [InlineData("SET current = current + 1", false)]
    [InlineData("SET current = current + 1", true)]
    [InlineData("CONCURRENTLY", false)]
    [InlineData("CONCURRENTLY", true)]
    [InlineData("DROP TABLE", false)]
    [InlineData("DROP TABLE", true)]
    public async Task A_turn_that_dies_is_finished_by_the_next_run(string statement, bool afterwards)
    {
        var schema = "crash_" + Guid.CreateVersion7().ToString("N");
        await using var proxy = PostgresProxy.Start(database.ConnectionString);
        await using var doomed = await KeyTable.NewAsync(proxy.ConnectionString, schema);
        await using var next = await KeyTable.NewAsync(database.ConnectionString, schema);
        await next.AdvanceAsync(KeyTable.RememberFor);
        await next.Keys.MaintainAsync(Ct);
        await next.ClaimAsync(1);
        await next.AdvanceAsync(KeyTable.RememberFor);
        await next.ClaimAsync(2);

        if (afterwards)
            proxy.CutAfter(statement);
        else
            proxy.CutBefore(statement);
        await doomed.Keys.Awaiting(k => k.MaintainAsync(Ct)).Should().ThrowAsync<Exception>();
        proxy.Cuts.Should().Be(1);
        (await next.ClaimAsync(1)).Should().BeFalse();
        (await next.ClaimAsync(2)).Should().BeFalse();
        (await next.ClaimAsync(3)).Should().BeTrue();

        await next.AdvanceAsync(TimeSpan.FromMinutes(6));
        await next.Keys.MaintainAsync(Ct);
        (await next.GenerationAsync()).Should().Be(3);
        (await next.OverlapsAsync()).Should().BeFalse();
        (await next.GenerationTablesAsync()).Should().BeSubsetOf(["keys_g2", "keys_g3", "keys_g4"]).And.Contain(["keys_g2", "keys_g3"]);
        foreach (var key in Enumerable.Range(1, 3))
            (await next.ClaimAsync(key)).Should().BeFalse();
    }
}
