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
    public Task A_stream_cut_at_any_byte_is_the_next_models_whole_answer_or_the_exact_prefix(ModelApi api, CutKind kind) => EveryByteAsync(api, kind, AfterFirstToken.Fail, stride: kind == CutKind.Fin ? 1 : 23);

    [Theory]
    [MemberData(nameof(Cuts))]
    [Guarantee("LlmFallback", 4)]
    public Task A_stream_cut_at_any_byte_starts_again_whole(ModelApi api, CutKind kind) => EveryByteAsync(api, kind, AfterFirstToken.Restart, stride: 23);

    [Theory]
    [MemberData(nameof(Cuts))]
    [Guarantee("LlmFallback", 4)]
    public Task A_stream_cut_at_any_byte_goes_on_where_it_broke(ModelApi api, CutKind kind) => EveryByteAsync(api, kind, AfterFirstToken.Continue, stride: 23);

    [Theory]
    [EachApi]
    public async Task A_whole_answer_cut_at_any_byte_is_the_next_models(ModelApi api)
    {
        await using var chain = Chain(api, AfterFirstToken.Fail);
        chain.Next.Always(ModelAnswer.Text(Other));
        var length = ModelServer.Record(api, Answer, chain.First.Name, streamed: false).Length;
        chain.First.Always(request => Answer with { Cut = new(CutKind.Fin, CutOf(request)) });
        await Parallel.ForEachAsync(Enumerable.Range(0, length + 1).Where(i => IsLong || i % 7 == 0 || i == length), async (cut, ct) =>
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
        var frames = ModelServer.Frames(api, calling, chain.First.Name);
        var length = frames.Sum(static f => f.Bytes.Length);
        chain.First.Always(request => calling with { Cut = new(kind, CutOf(request)) });
        await Parallel.ForEachAsync(Offsets(frames, stride: 23), async (cut, _) =>
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
        var offsets = Offsets(frames, stride);
        var turns = 0;
        var wrong = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(offsets, async (cut, _) =>
        {
            var (prefix, finished) = Through(frames, cut, kind);
            var read = await ReadAsync(chain, cut);
            var expected = finished ? new Outcome(Answer.WholeText, 0, null)
                : prefix.Length == 0 ? new(Other, 0, null)
                : mode switch
                {
                    AfterFirstToken.Fail => new(prefix, 0, prefix),
                    AfterFirstToken.Restart => new($"{prefix}|{Other}", 1, null),
                    _ => new Outcome(prefix + Other, 0, null),
                };
            if (!finished && (prefix.Length == 0 || mode != AfterFirstToken.Fail))
                Interlocked.Increment(ref turns);
            if (read.Outcome != expected || (read.Responses > 1 && !(mode != AfterFirstToken.Fail && prefix.Length > 0)))
                wrong.Enqueue($"cut after {cut} bytes: {read.Outcome} of {read.Responses} responses instead of {expected}");
        });
        wrong.Should().BeEmpty();
        chain.First.Asked.Should().Be(offsets.Count);
        chain.Next.Asked.Should().Be(turns);
    }

    // What a reader gets of the first so many bytes, and whether the finish reason is part of it. Where a body ends in order, a line that ends with CR LF is whole without its last byte.
    private static (string Prefix, bool Finished) Through(IReadOnlyList<Frame> frames, int cut, CutKind kind)
    {
        var (bytes, text, finished) = (0, new StringBuilder(), false);
        var early = kind == CutKind.Whole && frames[0].Bytes.AsSpan().EndsWith("\r\n"u8) ? 1 : 0;
        var pieces = new Queue<string>(((TextPart)Answer.Parts[0]).Pieces);
        foreach (var frame in frames)
        {
            bytes += frame.Bytes.Length;
            if (bytes - early > cut)
                break;
            if (frame.IsPiece)
                text.Append(pieces.Dequeue());
            var data = Encoding.UTF8.GetString(frame.Bytes);
            finished |= data.Contains("""_reason":"stop""", StringComparison.Ordinal) || data.Contains("""_reason":"end_turn""", StringComparison.Ordinal) || data.Contains("finishReason", StringComparison.Ordinal);
        }
        return (text.ToString(), finished);
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

    // The ends of events with the bytes about them, and of what lies between every so manieth byte; all bytes in a long run.
    private static List<int> Offsets(IReadOnlyList<Frame> frames, int stride)
    {
        var (near, end) = (new HashSet<int>(), 0);
        foreach (var frame in frames)
        {
            end += frame.Bytes.Length;
            near.UnionWith(Enumerable.Range(end - 3, 6));
        }
        return [.. Enumerable.Range(0, end + 1).Where(i => IsLong || i % stride == 0 || near.Contains(i))];
    }

    private static string Prompt(int cut) => string.Create(CultureInfo.InvariantCulture, $"cut={cut};");

    private static int CutOf(ModelRequest request)
    {
        var text = request.Text;
        var start = text.IndexOf("cut=", StringComparison.Ordinal) + 4;
        return int.Parse(text.AsSpan(start, text.IndexOf(';', start) - start), CultureInfo.InvariantCulture);
    }

    /// <summary>What a reader got: the text, with a bar at each restart, how many restarts, and what the interruption says.</summary>
    private sealed record Outcome(string Text, int Restarts, string? Interrupted);

    private sealed class Reading
    {
        private readonly HashSet<string> _responses = new(StringComparer.Ordinal);
        private readonly StringBuilder _text = new();
        private int _restarts;

        public string Text => _text.ToString();

        public int Calls { get; private set; }

        /// <summary>How many providers' responses there were updates of.</summary>
        public int Responses => _responses.Count;

        public LlmStreamInterruptedException? Broken { get; set; }

        public Outcome Outcome => new(Text, _restarts, Broken?.TextSoFar);

        public void Take(ChatResponseUpdate update)
        {
            if (update.AdditionalProperties?.TryGetValue("patterns.restart", out var restart) == true && restart is true)
            {
                _restarts++;
                _text.Append('|');
            }
            if (update.ResponseId is { Length: > 0 } id)
                _responses.Add(id);
            _text.Append(update.Text);
            Calls += update.Contents.OfType<FunctionCallContent>().Count();
        }
    }
}
