using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using LoopbackModels;
using Microsoft.Extensions.AI;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Wire;

/// <summary>A recorded answer, cut at every one of its bytes. Whatever came through, the reader sees one start, and nothing lost or doubled.</summary>
public sealed class CutTests(LoopbackFixture loopback) : IClassFixture<LoopbackFixture>
{
    private const string Other = "Omega, from another model.";
    private static readonly ModelAnswer Answer = ModelAnswer.Text("Alpha ", "beta ", "gamma.") with { Id = "recorded" };
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("PATTERNS_LONG") == "1";

    public static TheoryData<ModelApi, CutKind> Cuts => new MatrixTheoryData<ModelApi, CutKind>([ModelApi.OpenAi, ModelApi.Anthropic, ModelApi.Gemini], Enum.GetValues<CutKind>());

    [Theory]
    [MemberData(nameof(Cuts))]
    [Guarantee("LlmFallback", 3)]
    public Task A_stream_cut_at_any_byte_is_the_next_models_whole_answer_or_the_exact_prefix(ModelApi api, CutKind kind) => EveryByteAsync(api, kind, AfterFirstToken.Fail, stride: 1);

    [Theory]
    [MemberData(nameof(Cuts))]
    [Guarantee("LlmFallback", 4)]
    public Task A_stream_cut_at_any_byte_starts_again_whole(ModelApi api, CutKind kind) => EveryByteAsync(api, kind, AfterFirstToken.Restart, stride: 5);

    [Theory]
    [MemberData(nameof(Cuts))]
    [Guarantee("LlmFallback", 4)]
    public Task A_stream_cut_at_any_byte_goes_on_where_it_broke(ModelApi api, CutKind kind) => EveryByteAsync(api, kind, AfterFirstToken.Continue, stride: 5);

    [Theory]
    [EachApi]
    public async Task A_whole_answer_cut_at_any_byte_is_the_next_models(ModelApi api)
    {
        await using var chain = Chain(api, AfterFirstToken.Fail);
        chain.Next.Always(ModelAnswer.Text(Other));
        var length = ModelServer.Record(api, Answer, chain.First.Name, streamed: false).Length;
        chain.First.Always(request => Answer with { Cut = new(CutKind.Fin, CutOf(request)) });
        await Parallel.ForEachAsync(Offsets(length, stride: 3), async (cut, ct) =>
            (await chain.Client.GetResponseAsync(Prompt(cut), cancellationToken: ct)).Text.Should().Be(cut == length ? Answer.WholeText : Other));
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    [Guarantee("LlmFallback", 3)]
    public async Task A_tool_call_in_a_stream_cut_at_any_byte_is_never_doubled_nor_continued(ModelApi api, CutKind kind)
    {
        var calling = new ModelAnswer { Parts = [new TextPart(["Look."]), new ToolCallPart("call_1", "weather", """{"city":"Rome"}""")] };
        await using var chain = Chain(api, AfterFirstToken.Continue);
        chain.Next.Always(ModelAnswer.Text(Other));
        var length = ModelServer.Record(api, calling, chain.First.Name, streamed: true).Length;
        chain.First.Always(request => calling with { Cut = new(kind, CutOf(request)) });
        await Parallel.ForEachAsync(Offsets(length, stride: 7), async (cut, _) =>
        {
            var read = await ReadAsync(chain, cut);
            read.Calls.Should().BeLessThanOrEqualTo(1);
            if (read.Calls == 1)
                read.Text.Should().Be("Look.", "a stream that called a tool is not continued");
            else
                read.Text.Should().BeOneOf(Other, "Look." + Other);
            if (cut == length)
                (read.Calls, read.Broken).Should().Be((1, null));
        });
    }

    private async Task EveryByteAsync(ModelApi api, CutKind kind, AfterFirstToken mode, int stride)
    {
        await using var chain = Chain(api, mode);
        chain.Next.Always(ModelAnswer.Text(Other) with { Id = "another" });
        var frames = ModelServer.Frames(api, Answer, chain.First.Name);
        chain.First.Always(request => Answer with { Cut = new(kind, CutOf(request)) });
        var offsets = Offsets(frames.Sum(static f => f.Bytes.Length), stride);
        var turns = 0;
        await Parallel.ForEachAsync(offsets, async (cut, _) =>
        {
            var (prefix, finished, orPrefix) = Through(frames, cut);
            var read = await ReadAsync(chain, cut);
            if (read.First != prefix)
                prefix = orPrefix;
            if (prefix.Length == 0 || !finished)
                Interlocked.Increment(ref turns);
            Check(mode, prefix, finished, read, $"the body was cut after {cut} bytes");
        });
        chain.First.Asked.Should().Be(offsets.Count);
        chain.Next.Asked.Should().Be(mode == AfterFirstToken.Fail ? chain.Next.Asked : turns);
    }

    private static void Check(AfterFirstToken mode, string prefix, bool finished, Reading read, string because)
    {
        if (finished)
        {
            (read.Text, read.Restarts, read.Broken).Should().Be((Answer.WholeText, 0, null), because);
            read.Responses.Should().Be(1, because);
        }
        else if (prefix.Length == 0)
        {
            (read.Text, read.Restarts, read.Broken).Should().Be((Other, 0, null), because);
            read.Responses.Should().Be(1, because);
        }
        else if (mode == AfterFirstToken.Fail)
        {
            (read.Text, read.Restarts, read.Broken?.TextSoFar).Should().Be((prefix, 0, prefix), because);
            read.Responses.Should().Be(1, because);
        }
        else
        {
            (read.First, read.Restarts, read.Broken).Should().Be((mode == AfterFirstToken.Restart ? prefix : prefix + Other, mode == AfterFirstToken.Restart ? 1 : 0, null), because);
            read.Text.Should().Be(mode == AfterFirstToken.Restart ? Other : prefix + Other, because);
        }
    }

    // What a reader can have got of the first so many bytes. A last line feed may be missing where the line ends with a carriage return before it.
    private static (string Prefix, bool Finished, string OrPrefix) Through(IReadOnlyList<Frame> frames, int cut)
    {
        var (bytes, text, orText, finished) = (0, new StringBuilder(), new StringBuilder(), false);
        var pieces = new Queue<string>(((TextPart)Answer.Parts[0]).Pieces);
        foreach (var frame in frames)
        {
            bytes += frame.Bytes.Length;
            var piece = frame.IsPiece ? pieces.Dequeue() : "";
            if (bytes - 1 <= cut)
                orText.Append(piece);
            if (bytes > cut)
                continue;
            text.Append(piece);
            var data = Encoding.UTF8.GetString(frame.Bytes);
            finished |= data.Contains("""_reason":"stop""", StringComparison.Ordinal) || data.Contains("""_reason":"end_turn""", StringComparison.Ordinal) || data.Contains("finishReason", StringComparison.Ordinal);
        }
        return (text.ToString(), finished, orText.ToString());
    }

    private static async Task<Reading> ReadAsync(ChainOfTwo chain, int cut)
    {
        var read = new Reading();
        try
        {
            await foreach (var update in chain.Client.GetStreamingResponseAsync(Prompt(cut), cancellationToken: TestContext.Current.CancellationToken))
                read.Take(update);
        }
        catch (LlmStreamInterruptedException broken)
        {
            read.Broken = broken;
        }
        return read;
    }

    // Thousands of calls fail on purpose: the circuit must not take the first model out.
    private ChainOfTwo Chain(ModelApi api, AfterFirstToken mode) => new(loopback, api, chain => chain.Streaming = mode, all: all => (all.Circuit.MinimumCalls, all.Circuit.FailureRatio) = (10_000, 1));

    private static List<int> Offsets(int length, int stride) => [.. Enumerable.Range(0, length + 1).Where(i => IsLong || i % stride == 0 || i == length)];

    private static string Prompt(int cut) => string.Create(CultureInfo.InvariantCulture, $"cut={cut};");

    private static int CutOf(ModelRequest request)
    {
        var text = request.Text;
        var start = text.IndexOf("cut=", StringComparison.Ordinal) + 4;
        return int.Parse(text.AsSpan(start, text.IndexOf(';', start) - start), CultureInfo.InvariantCulture);
    }

    private sealed class Reading
    {
        private readonly ConcurrentDictionary<string, bool> _responses = new(StringComparer.Ordinal);

        /// <summary>What came before a restart; all when there was none.</summary>
        public string First { get; private set; } = "";

        /// <summary>What a reader has in the end.</summary>
        public string Text { get; private set; } = "";

        public int Restarts { get; private set; }

        public int Calls { get; private set; }

        /// <summary>How many providers' responses there were updates of.</summary>
        public int Responses => _responses.Count;

        public LlmStreamInterruptedException? Broken { get; set; }

        public void Take(ChatResponseUpdate update)
        {
            if (update.AdditionalProperties?.TryGetValue("patterns.restart", out var restart) == true && restart is true)
            {
                Restarts++;
                Text = "";
            }
            if (update.ResponseId is { Length: > 0 } id)
                _responses.TryAdd(id, true);
            Text += update.Text;
            if (Restarts == 0)
                First += update.Text;
            Calls += update.Contents.OfType<FunctionCallContent>().Count();
        }
    }
}
