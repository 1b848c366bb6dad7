using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>A call whose answer is streamed.</summary>
internal sealed partial class StreamCall(Chain chain, IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken caller)
    : ChainCall<OpenStream>(chain, messages, options, streamed: true, caller)
{
    private static readonly LlmFault Empty = new(LlmFaultKind.BadOutput, "empty_answer");

    // The stream whose attempt is not yet ended.
    private OpenStream? _open;

    /// <summary>The one stream that the reader sees. Disposing of its enumerator cancels and disposes the provider's.</summary>
    public static async IAsyncEnumerable<ChatResponseUpdate> StepsAsync(
        Chain chain, IEnumerable<ChatMessage> messages, ChatOptions? options, StreamFlow flow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var call = new StreamCall(chain, messages, options, cancellationToken);
        try
        {
            var stream = await call.OpenAsync().ConfigureAwait(false);
            if (stream is null)
            {
                foreach (var update in call._degraded)
                    yield return update;
            }

            while (stream is not null)
            {
                yield return call.MarkOf(stream);
                foreach (var held in stream.Held)
                    yield return held;

                Exception? broken = null;
                LlmEvidence? error = null;
                flow.Flowing = call._continues ? null : stream;
                while (!stream.Ended)
                {
                    try
                    {
                        var next = flow.NextOf(stream);
                        if (!next.IsCompleted)
                        {
                            stream.Attempt.Clock.BeginWait();
                            if (await Task.WhenAny(next, stream.Attempt.Clock.Overdue).ConfigureAwait(false) != next)
                                stream.Owed = next;
                        }

                        if (stream.Owed is null && !await next.ConfigureAwait(false))
                            break;
                        stream.Attempt.Clock.EndWait();
                        if (stream.Attempt.Clock.IsCancelled)
                            throw new OperationCanceledException();
                    }
                    catch (Exception exception)
                    {
                        broken = exception;
                        break;
                    }

                    var update = stream.Updates.Current;
                    if (flow.Take(stream, update) && (error = call.ErrorIn(stream, update)) is not null)
                        break;
                    yield return call._continues ? call.Relabeled(update) : update;
                }

                flow.Flowing = null;
                stream = await call.AfterAsync(stream, broken, error).ConfigureAwait(false);
            }
        }
        finally
        {
            await call.EndAsync().ConfigureAwait(false);
        }
    }

    protected override (long Ticks, TimeLimit Limit) Limit => (Chain.FirstToken, TimeLimit.FirstToken);

    protected override async ValueTask<OpenStream> AskAsync(Attempt attempt)
    {
        var token = attempt.Clock.Token;
        var stream = new OpenStream(attempt, attempt.Model.Client.GetStreamingResponseAsync(attempt.Messages, attempt.Options, token).GetAsyncEnumerator(token));
        try
        {
            while ((stream.Record.Contents & Contents.Shown) is Contents.None && stream.Evidence is null)
            {
                token.ThrowIfCancellationRequested();
                if (!await stream.Updates.MoveNextAsync().ConfigureAwait(false))
                {
                    stream.Ended = true;
                    stream.Evidence = UnreportedError(stream);
                    break;
                }

                var update = stream.Updates.Current;
                stream.Held.Add(update);
                if (stream.Record.Take(update))
                    stream.Evidence = Chain.Evidence.Read(attempt.Model.Provider, attempt.Wire, update.FinishReason, update.Contents);
            }

            // Content that came too late would only be shown to break off.
            token.ThrowIfCancellationRequested();
        }
        catch
        {
            await DiscardAsync(stream).ConfigureAwait(false);
            throw;
        }

        return stream;
    }

    protected override void Judge(Attempt attempt, OpenStream answer)
    {
        if (answer.Evidence is { } evidence)
            (attempt.Evidence, attempt.Fault) = (evidence, Chain.Faults.Classify(evidence));
        else if ((answer.Record.Contents & Contents.Shown) is Contents.None)
            attempt.Fault = Empty;
    }

    protected override ValueTask DiscardAsync(OpenStream answer)
    {
        answer.Ended = true;
        answer.Record.End();
        if (answer.Owed is null)
            return DisposeAsync(answer);

        Log.TokenIgnored(Chain.Logger, answer.Attempt.Model.Name, Chain.Name);
        _ = DisposeAsync(answer).AsTask();
        return default;
    }

    private async ValueTask DisposeAsync(OpenStream answer)
    {
        try
        {
            if (answer.Owed is { } owed)
                await owed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await answer.Updates.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The stream is over in any case; what it failed of is known from its reading.
            Log.DisposalFailed(Chain.Logger, answer.Attempt.Model.Name, Chain.Name, exception.GetType().Name);
        }
    }

    protected override UsageDetails? UsageOf(OpenStream answer) => answer.Record.Usage;

    /// <summary>The first stream with content; null when the last resort answered instead.</summary>
    private async ValueTask<OpenStream?> OpenAsync()
    {
        Span = Telemetry.StartCall(Chain, Options);
        try
        {
            if (await FindAsync().ConfigureAwait(false) is { Answer: { } stream })
                return Opened(stream);
            if (await LastResortAsync().ConfigureAwait(false) is { } response)
                _degraded = response.ToChatResponseUpdates();
            else
                ExceptionDispatchInfo.Throw(Failure());
            return null;
        }
        catch (Exception exception)
        {
            TellFailure(exception);
            throw;
        }
    }

    private OpenStream Opened(OpenStream stream)
    {
        if (AnswerIsSettled)
            return stream;
        _open = stream;
        stream.Attempt.Clock.Stream(Chain.Time.GetTimestamp(), Ends, Chain.Idle);
        Telemetry.FirstChunk(Chain, stream.Attempt);
        return stream;
    }

    /// <summary>Ends what the reader left in the middle: the provider's request is cancelled and its stream disposed.</summary>
    private async ValueTask EndAsync()
    {
        if (_open is { } stream)
        {
            stream.Attempt.Clock.Cancel();
            await CompleteAsync(stream).ConfigureAwait(false);
        }

        Span?.Dispose();
    }

    private async ValueTask CompleteAsync(OpenStream stream)
    {
        _open = null;
        var record = stream.Record;
        await DiscardAsync(stream).ConfigureAwait(false);
        Complete(stream.Attempt, record.Usage, record.ResponseModel, record.Conversation);
        Telemetry.Answered(Span, stream.Attempt.Model, record.ResponseModel, record.Usage);
    }
}
