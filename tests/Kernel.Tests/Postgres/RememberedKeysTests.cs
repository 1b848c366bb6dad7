namespace Kernel.Tests.Postgres;

public abstract class RememberedKeysTests(Func<string> connectionString)
{
    private static readonly TimeSpan Moment = TimeSpan.FromMinutes(1);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_is_remembered_for_RememberFor_at_least_and_twice_that_at_most()
    {
        await using var application = await NewAsync("memory");
        (await application.ClaimAsync(1)).Should().BeTrue("it is claimed when its generation has just begun");
        await application.AdvanceAsync(KeyTable.RememberFor - Moment);
        (await application.ClaimAsync(2)).Should().BeTrue("it is claimed when its generation is about to end");
        await application.Keys.MaintainAsync(Ct);
        (await application.GenerationAsync()).Should().Be(1, "the generation is not old enough");

        await application.AdvanceAsync(Moment);
        await application.Keys.MaintainAsync(Ct);
        (await application.GenerationAsync()).Should().Be(2);
        await application.AdvanceAsync(KeyTable.RememberFor - Moment);
        await application.Keys.MaintainAsync(Ct);
        (await application.ClaimAsync(1)).Should().BeFalse("it is remembered for almost two hours");
        (await application.ClaimAsync(2)).Should().BeFalse("it is an hour old");

        await application.AdvanceAsync(Moment);
        await application.Keys.MaintainAsync(Ct);
        (await application.GenerationTablesAsync()).Should().Equal("keys_g2", "keys_g3");
        (await application.ClaimAsync(1)).Should().BeTrue("two hours are over");
        (await application.ClaimAsync(2)).Should().BeTrue();
        (await application.ClaimAsync(2)).Should().BeFalse();
    }

    [Fact]
    public async Task Without_maintenance_keys_are_never_forgotten()
    {
        await using var application = await NewAsync("idle");
        await application.ClaimAsync(1);

        await application.AdvanceAsync(100 * KeyTable.RememberFor);

        (await application.ClaimAsync(1)).Should().BeFalse();
        (await application.ClaimAsync(2)).Should().BeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_claim_that_read_the_clock_before_the_turn_began_postpones_it(bool commit)
    {
        var time = new FakeTime();
        await using var application = await NewAsync("early_" + commit.ToString().ToLowerInvariant(), time);
        await application.AdvanceAsync(KeyTable.RememberFor);
        await using var early = await OpenClaim.BeginAsync(application);

        await time.RunsOutAsync(application.Keys.MaintainAsync(Ct));
        (await application.GenerationAsync()).Should().Be(1);
        (await application.OverlapsAsync()).Should().BeTrue();
        application.Logged.Should().ContainSingle(line => line.Contains("waits for 1 open transactions"));
        (await early.FinishAsync(1)).Should().BeTrue();
        (await application.ClaimAsync(1)).Should().BeFalse("it is in flight");
        if (commit)
            await early.CommitAsync();
        await early.DisposeAsync();

        await application.Keys.MaintainAsync(Ct);
        (await application.GenerationAsync()).Should().Be(2);
        (await application.OverlapsAsync()).Should().BeFalse();
        (await application.ClaimAsync(1)).Should().Be(!commit);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Guarantee("Postgres", 16)]
    public async Task A_claim_left_open_across_the_turn_and_its_duplicate_after_the_turn_meet(bool commit)
    {
        var time = new NoticedPause();
        await using var application = await NewAsync("across_" + commit.ToString().ToLowerInvariant(), time);
        await application.AdvanceAsync(KeyTable.RememberFor);
        var early = await OpenClaim.BeginAsync(application);
        var turn = application.Keys.MaintainAsync(Ct);
        await time.Begun;
        (await application.OverlapsAsync()).Should().BeTrue();
        await using var open = await OpenClaim.BeginAsync(application);
        (await open.FinishAsync(1)).Should().BeTrue();
        await early.DisposeAsync();
        await turn;
        (await application.GenerationAsync()).Should().Be(2, "only who read the clock before the overlap is waited for");

        await using var late = await OpenClaim.BeginAsync(application);
        var duplicate = late.FinishAsync(1, wait: true);
        await Eventually.HoldsAsync("the duplicate waits in the index", () => application.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid')"));
        if (commit)
            await open.CommitAsync();
        await open.DisposeAsync();

        (await duplicate).Should().Be(!commit);
        await late.CommitAsync();
        (await application.ClaimAsync(1)).Should().BeFalse();
    }

    [Fact]
    public async Task Two_instances_that_maintain_at_once_turn_once()
    {
        await using var one = await NewAsync("pair");
        await using var other = await NewAsync("pair");
        for (var generation = 2; generation <= 8; generation++)
        {
            (await one.ClaimAsync(generation)).Should().BeTrue();
            await one.AdvanceAsync(KeyTable.RememberFor);

            await Task.WhenAll(one.Keys.MaintainAsync(Ct), other.Keys.MaintainAsync(Ct));

            (await one.GenerationAsync()).Should().Be(generation);
            (await one.ClaimAsync(generation)).Should().BeFalse();
        }

        (await one.GenerationTablesAsync()).Should().HaveCountLessThan(5);
    }

    private Task<Application> NewAsync(string schema, TimeProvider? time = null) => KeyTable.NewAsync(connectionString(), schema, time);
}
