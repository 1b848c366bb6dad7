using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>What no row can say is refused before anything is sent, by all three ways alike.</summary>
public sealed class BadCallTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, Func<LlmCall, LlmCall>> Calls => new()
    {
        { "TenantId", static call => call with { TenantId = "" } },
        { "TenantId", static call => call with { TenantId = new('x', 201) } },
        { "TenantId", static call => call with { TenantId = "a\u0007b" } },
        { "TenantId", static call => call with { TenantId = "a\ud800b" } },
        { "TenantId", static call => call with { TenantId = null! } },
        { "CallId", static call => call with { CallId = Guid.Parse("3f0c6a0e-9d5b-4c0e-8f6e-2b7a4f1d9c33") } },
        { "CallId", static call => call with { CallId = Guid.Empty } },
        { "CallId", static call => call with { CallId = Guid.CreateVersion7(Now.AddDays(2)) } },
        { "CallId", static call => call with { CallId = Guid.CreateVersion7(Now.AddDays(-500)) } },
        { "StartedAt", static call => call with { StartedAt = Now.AddDays(-40) } },
        { "Provider", static call => call with { Provider = "" } },
        { "Provider", static call => call with { Provider = new('x', 101) } },
        { "Model", static call => call with { Model = new('x', 201) } },
        { "Tier", static call => call with { Tier = "gold" } },
        { "Region", static call => call with { Region = new('x', 51) } },
        { "Feature", static call => call with { Feature = new('x', 101) } },
        { "UserId", static call => call with { UserId = "" } },
        { "ResponseId", static call => call with { ResponseId = "a\nb" } },
        { "Attempt", static call => call with { Attempt = 0 } },
        { "Attempt", static call => call with { Attempt = 32_768 } },
        { "Revision", static call => call with { Revision = -1 } },
        { "State", static call => call with { State = (LlmCallState)9 } },
        { "Usage", static call => call with { Usage = null! } },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_value_outside_its_limits_is_named(string name, Func<LlmCall, LlmCall> change)
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString, priced: false);
        await using var connection = await database.DataSource.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        var call = change(LedgerHost.Call("acme", Now));

        (await host.Costs.Awaiting(c => c.RecordAsync(call, Ct).AsTask()).Should().ThrowAsync<ArgumentException>()).WithMessage($"*{name}*");
        (await host.Costs.Awaiting(c => c.RecordAsync(call, transaction, Ct)).Should().ThrowAsync<ArgumentException>()).WithMessage($"*{name}*");
        (await host.Costs.Awaiting(c => c.QueueAsync(call, Ct).AsTask()).Should().ThrowAsync<ArgumentException>()).WithMessage($"*{name}*");
    }

    [Fact]
    public async Task Values_at_their_limits_are_booked()
    {
        await using var host = await LedgerHost.NewAsync(database.ConnectionString);

        await host.BookAsync(new LlmCall(new('ü', 200), Guid.CreateVersion7(), new('P', 100), new('m', 200), new() { Input = 1_000_000_000_000, CacheStorageTokenHours = 1_000_000_000_000 })
        {
            Attempt = 32_767, Revision = int.MaxValue, Region = new('r', 50), Feature = new('f', 100), UserId = new('u', 200), ResponseId = new('i', 200), Tier = "priority",
        });

        (await host.ScalarAsync<string>("SELECT provider FROM {schema}.llm_cost_calls")).Should().Be(new string('p', 100));
    }

    [Fact]
    public void The_id_of_a_providers_result_is_the_same_whenever_it_is_read()
    {
        var id = LlmCall.IdOf(Now, "OpenAI", "batch_req_1");

        id.Should().Be(LlmCall.IdOf(Now, "openai", "batch_req_1")).And.NotBe(LlmCall.IdOf(Now, "openai", "batch_req_2")).And.NotBe(LlmCall.IdOf(Now, "anthropic", "batch_req_1"));
        id.Version.Should().Be(7);
        id.Variant.Should().BeInRange(8, 11);
        string.CompareOrdinal(LlmCall.IdOf(Now.AddMilliseconds(1), "x", "1").ToString(), id.ToString()).Should().BePositive();
    }
}
