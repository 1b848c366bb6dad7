using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>
/// The reader's enumerator. While a stream flows and its next update is there already, it takes it straight from the provider's enumerator; all else (the first content, waiting, faults, the next model) is left to the
/// steps of <see cref="StreamCall"/>, an iterator that would cost each update as much again.
/// </summary>
internal sealed class StreamFlow : IAsyncEnumerator<ChatResponseUpdate>
{
    private readonly IAsyncEnumerator<ChatResponseUpdate> _steps;
    private ValueTask<bool>? _next;
    private ChatResponseUpdate? _current;
    private bool _isTaken;

    public StreamFlow(Chain chain, IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken ofCall, CancellationToken ofEnumerator) =>
        _steps = StreamCall.StepsAsync(chain, messages, options, this, ofCall).GetAsyncEnumerator(ofEnumerator);

    public ChatResponseUpdate Current => _current ?? _steps.Current;

    /// <summary>The stream from which updates may be taken without a step; set by the steps.</summary>
    public OpenStream? Flowing { get; set; }

    public ValueTask<bool> MoveNextAsync()
    {
        if (Flowing is { } stream)
        {
            ValueTask<bool> next;
            try
            {
                next = stream.Updates.MoveNextAsync();
            }
            catch (Exception exception)
            {
                next = ValueTask.FromException<bool>(exception);
            }

#pragma warning disable RS0030 // It is there already: awaiting it is what this class saves.
            if (next.IsCompletedSuccessfully && !stream.Attempt.Clock.IsCancelled && next.Result is var more)
#pragma warning restore RS0030
            {
                var update = more ? stream.Updates.Current : null;
                if (update is { FinishReason: null })
                {
                    if (!stream.Record.Take(update))
                    {
                        _current = update;
                        return new ValueTask<bool>(true);
                    }

                    _isTaken = true;
                }

                next = new ValueTask<bool>(more);
            }

            _next = next;
        }

        _current = null;
        return _steps.MoveNextAsync();
    }

    /// <summary>What the enumerator of the flowing stream was last asked for; asks it when it was not.</summary>
    public Task<bool> NextOf(OpenStream stream)
    {
        var next = _next ?? stream.Updates.MoveNextAsync();
        _next = null;
        return next.AsTask();
    }

    /// <summary>Takes an update to its stream's record, once. True when it needs a look.</summary>
    public bool Take(OpenStream stream, ChatResponseUpdate update)
    {
        var isTaken = _isTaken;
        _isTaken = false;
        return isTaken || stream.Record.Take(update);
    }

    public ValueTask DisposeAsync() => _steps.DisposeAsync();
}
