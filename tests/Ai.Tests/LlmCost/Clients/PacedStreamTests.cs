using Microsoft.Extensions.AI;
using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>What the reader gets of a stream, and what is booked of it, does not depend on which of its updates had to be waited for.</summary>
public sealed class PacedStreamTests(CostFixture costs) : IClassFixture<CostFixture>
{
    private static readonly string[] Pieces = ["It ", "is ", "sunny", " today", "."];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0b00_0000)]
    [InlineData(0b11_1111)]
    [InlineData(0b01_0101)]
    [InlineData(0b10_1010)]
    [InlineData(0b10_0000)]
    public async Task A_stream_reaches_its_reader_whole_and_is_booked_once_wherever_it_waits(int waits)
    {
        var tenant = $"whole-{waits}";
        using var scope = LlmCostScope.Begin(tenant);
        var stream = Tracked(new(at => (waits >> at & 1) == 1 ? YieldAsync() : default, Pieces)).GetStreamingResponseAsync("How is it?", cancellationToken: Ct);
        var read = new List<string>();
        await using var reader = stream.GetAsyncEnumerator(Ct);
        while (await reader.MoveNextAsync())
            read.Add(reader.Current.Text);

        read.Should().Equal(Pieces);
        (await reader.MoveNextAsync()).Should().BeFalse();
        (await costs.Host.RowsAsync(tenant)).Should().ContainSingle().Which.Should().BeEquivalentTo(new
        {
            State = "settled",
            Buckets = new Dictionary<LlmBucket, long> { [LlmBucket.Input] = 12, [LlmBucket.Output] = 5 },
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Guarantee("LlmCost", 7)]
    public async Task A_stream_that_breaks_after_updates_that_were_there_is_booked_once_as_an_estimate(bool waited)
    {
        var tenant = $"broken-{waited}";
        using var scope = LlmCostScope.Begin(tenant);
        var failure = new HttpRequestException("gone");
        var stream = Tracked(new(at => at < 2 ? default : waited ? ThrowAsync() : throw failure, new string('a', 35), new string('b', 35), "never")).GetStreamingResponseAsync(new string('q', 35), cancellationToken: Ct);
        var read = 0;
        var reading = async () =>
        {
            await foreach (var update in stream)
                read++;
        };

        (await reading.Should().ThrowAsync<HttpRequestException>()).Which.Should().BeSameAs(failure);
        read.Should().Be(2);
        (await costs.Host.RowsAsync(tenant)).Should().ContainSingle().Which.Should().BeEquivalentTo(new
        {
            State = "estimated",
            Buckets = new Dictionary<LlmBucket, long> { [LlmBucket.Input] = 10, [LlmBucket.Output] = 20 },
        });

        async ValueTask ThrowAsync()
        {
            await Task.Yield();
            throw failure;
        }
    }

    [Fact]
    [Guarantee("LlmCost", 7)]
    public async Task A_stream_that_is_left_between_updates_that_are_there_is_booked_by_what_was_read()
    {
        using var scope = LlmCostScope.Begin("left-early");
        await foreach (var update in Tracked(new(static _ => default, new string('a', 35), new string('b', 35), "never")).GetStreamingResponseAsync(new string('q', 35), cancellationToken: Ct))
        {
            if (update.Text[0] == 'b')
                break;
        }

        (await costs.Host.RowsAsync("left-early")).Should().ContainSingle().Which.Should().BeEquivalentTo(new
        {
            State = "estimated",
            Buckets = new Dictionary<LlmBucket, long> { [LlmBucket.Input] = 10, [LlmBucket.Output] = 20 },
        });
    }

    private LlmCostChatClient Tracked(PacedChatClient client) => new(client, costs.Host.Cost, "openai");

    private static async ValueTask YieldAsync() => await Task.Yield();
}
