using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>A call whose answer is streamed.</summary>
internal sealed partial class StreamCall(Chain chain, IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken caller)
    : ChainCall<OpenStream>(chain, messages, options, streamed: true, caller)
{
    // The stream whose attempt is not yet ended.
    private OpenStream? _open;

    /// <summary>The one stream that the reader sees. Disposing of its enumerator cancels and disposes the provider's.</summary>
    public static async IAsyncEnumerable<ChatResponseUpdate> ReadAsync(
        Chain chain, IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
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

                var updates = stream.Updates;
                Exception? broken = null;
                LlmEvidence? error = null;
                while (!stream.Ended)
                {
                    try
                    {
                        var next = updates.MoveNextAsync();
                        if (!next.IsCompleted)
                            stream.Attempt.Clock.BeginWait();
                        if (!await next.ConfigureAwait(false))
                            break;
                        stream.Attempt.Clock.EndWait();
                    }
                    catch (Exception exception)
                    {
                        broken = exception;
                        break;
                    }

                    var update = updates.Current;
                    if (stream.Record.Take(update) && (error = call.ErrorIn(stream, update)) is not null)
                        break;
                    if (call._continues)
                        call.Relabel(update);
                    yield return update;
                }

                stream = await call.AfterAsync(stream, broken, error).ConfigureAwait(false);
            }
        }
        finally
        {
            await call.EndAsync().ConfigureAwait(false);
        }
    }

    protected override (TimeSpan Time, TimeLimit Limit) Limit => (Chain.Options.FirstTokenTimeout, TimeLimit.FirstToken);

    protected override async ValueTask<OpenStream> AskAsync(Attempt attempt)
    {
        var token = attempt.Clock.Token;
        var stream = new OpenStream(attempt, attempt.Model.Client.GetStreamingResponseAsync(attempt.Messages, attempt.Options, token).GetAsyncEnumerator(token));
        try
        {
            while ((stream.Record.Contents & Contents.Shown) is Contents.None && stream.Evidence is null)
            {
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
        }
        catch
        {
            await DiscardAsync(stream).ConfigureAwait(false);
            throw;
        }

        return stream;
    }

    protected override (LlmFault? Fault, LlmEvidence? Evidence) Judge(Attempt attempt, OpenStream answer)
    {
        if (answer.Evidence is { } evidence)
            return (Chain.Faults.Classify(evidence), evidence);
        return (answer.Record.Contents & Contents.Shown) is Contents.None ? (new LlmFault(LlmFaultKind.BadOutput, "empty_answer"), null) : default;
    }

    protected override async ValueTask DiscardAsync(OpenStream answer)
    {
        answer.Ended = true;
        try
        {
            await answer.Updates.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The stream is over in any case; what it failed of is known from its reading.
            Log.DisposalFailed(Chain.Logger, answer.Attempt.Model.Name, Chain.Name, exception.GetType().Name);
        }

        answer.Record.End();
    }

    protected override UsageDetails? UsageOf(OpenStream answer) => answer.Record.Usage;

    /// <summary>The first stream with content; null when the last resort answered instead.</summary>
    private async ValueTask<OpenStream?> OpenAsync()
    {
        Span = Telemetry.StartCall(Chain, Options);
        try
        {
            if (await FindAsync().ConfigureAwait(false) is { } outcome)
                return Opened(outcome);
            if (await LastResortAsync().ConfigureAwait(false) is { } response)
                _degraded = response.ToChatResponseUpdates();
            else
                ExceptionDispatchInfo.Throw(Failure());
            return null;
        }
        catch (Exception exception)
        {
            Telemetry.Failed(Span, exception, LastKind);
            throw;
        }
    }

    private OpenStream Opened(Outcome<OpenStream> outcome)
    {
        var stream = outcome.Answer!;
        if (AnswerIsSettled)
            return stream;
        _open = stream;
        stream.Attempt.Clock.Stream(Chain.Time.GetTimestamp(), Ends, Chain.Ticks(Chain.Options.IdleTimeout));
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
