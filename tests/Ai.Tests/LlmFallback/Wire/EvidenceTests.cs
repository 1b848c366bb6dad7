using LoopbackModels;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Wire;

/// <summary>Every fault that a provider can put on the wire, through its official SDK and a chain of two models: what it is taken for, and what the chain does.</summary>
public sealed class EvidenceTests(LoopbackFixture loopback) : IClassFixture<LoopbackFixture>
{
    private static readonly ModelAnswer Text = ModelAnswer.Text("Never ", "shown.");

    public static TheoryData<string, bool> Responses => [.. EvidenceTable.Rows.Keys.SelectMany(static name => new[] { new TheoryDataRow<string, bool>(name, false), new(name, true) })];

    public static TheoryData<string> Events => [.. EvidenceTable.Rows.Where(static row => row.Value.InStream).Select(static row => row.Key)];

    [Theory]
    [MemberData(nameof(Responses))]
    [Guarantee("LlmFallback", 2)]
    public Task A_fault_that_comes_as_the_response_is_judged_by_what_is_on_the_wire(string row, bool streamed) => HoldsAsync(EvidenceTable.Rows[row], EvidenceTable.Rows[row].Reply, streamed);

    [Theory]
    [MemberData(nameof(Events))]
    [Guarantee("LlmFallback", 2)]
    public Task A_fault_that_comes_as_an_event_of_a_stream_is_judged_as_the_response_would_be(string row)
    {
        var evidence = EvidenceTable.Rows[row];
        return HoldsAsync(evidence, Text with { Fails = (0, ((ModelError)evidence.Reply).Body) }, streamed: true);
    }

    private async Task HoldsAsync(Evidence evidence, ModelReply reply, bool streamed)
    {
        await using var chain = new ChainOfTwo(loopback, evidence.Api);
        chain.First.Always(reply);
        chain.Next.Always(ModelAnswer.Text("From the next."));

        var (response, exception) = await chain.AskAsync(streamed);

        chain.First.Asked.Should().Be(evidence.AskedAgain ? 2 : 1);
        if (evidence.NextAsked)
        {
            exception.Should().BeNull();
            response!.Text.Should().Be("From the next.");
            chain.Next.Asked.Should().Be(1);
            chain.AttemptsBeforeNext.Should().OnlyContain(attempt => attempt.Model == "first" && attempt.Kind == evidence.Kind).And.HaveCount(evidence.AskedAgain ? 2 : 1);
        }
        else
        {
            exception.Should().NotBeNull();
            var attempt = (exception as LlmFallbackException)?.Attempts.Single();
            (attempt is null || (attempt.Kind == evidence.Kind && attempt.Exception is null)).Should().BeTrue("a fault that no other model would mend is the provider's own exception, where its SDK throws one");
            exception.Should().NotBeOfType<LlmStreamInterruptedException>("nothing was shown");
            chain.Next.Asked.Should().Be(0);
            chain.Log.Lines.Should().ContainSingle(line => line.Contains("Model first of") && line.Contains(evidence.Kind.ToString()));
        }
        HasCircuit(chain, evidence);
    }

    private static void HasCircuit(ChainOfTwo chain, Evidence evidence)
    {
        var (status, now) = (chain.FirstStatus, chain.Time.GetUtcNow());
        if (evidence.Cools(now) is { } hold)
        {
            status.State.Should().Be(LlmCircuitState.Open);
            status.ReopensAt.Should().BeCloseTo(now + hold, TimeSpan.FromMilliseconds(1));
            status.LastFault.Should().Be(evidence.Kind);
        }
        else
        {
            status.State.Should().Be(LlmCircuitState.Closed);
            status.Failures.Should().Be(!evidence.Counts ? 0 : evidence.AskedAgain ? 2 : 1);
        }
    }
}
