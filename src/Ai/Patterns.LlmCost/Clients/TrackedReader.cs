using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Patterns.LlmCost;

/// <summary>One reading of a tracked stream. Updates that are there already are passed on at once; all else (the first, those to be waited for, the end, a fault) takes a step of the iterator.</summary>
internal sealed class TrackedReader : IAsyncEnumerator<ChatResponseUpdate>
{
    private readonly TrackedStream _stream;
    private readonly IAsyncEnumerator<ChatResponseUpdate> _steps;
    private CallMeter _meter;

    // Null before the first step and after the last one: there is nothing to be passed on.
    private IAsyncEnumerator<ChatResponseUpdate>? _updates;

    // What the updates were asked for and the next step is to wait for.
    private ValueTask<bool>? _next;

    public TrackedReader(TrackedStream stream, CancellationToken requested, CancellationToken cancellationToken)
    {
        (_stream, _meter) = (stream, new(stream.Recorder));
        _steps = StepsAsync(requested).GetAsyncEnumerator(cancellationToken);
    }

    public ChatResponseUpdate Current { get; private set; } = null!;

    public ValueTask<bool> MoveNextAsync()
    {
        if (_updates is { } updates)
        {
            ValueTask<bool> next;
            try
            {
                next = updates.MoveNextAsync();
            }
            catch (Exception e)
            {
                next = ValueTask.FromException<bool>(e);
            }

            if (next.IsCompletedSuccessfully)
            {
#pragma warning disable RS0030 // It is there already: awaiting it is what this class saves.
                var more = next.Result;
#pragma warning restore RS0030
                if (more)
                {
                    _meter.Count(Current = updates.Current);
                    return new(true);
                }

                // Its source may have been asked only once.
                next = new(false);
            }

            _next = next;
        }

        return _steps.MoveNextAsync();
    }

    public ValueTask DisposeAsync() => _steps.DisposeAsync();

    private async IAsyncEnumerable<ChatResponseUpdate> StepsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        IAsyncEnumerator<ChatResponseUpdate>? updates = null;

        // Whoever reads no further leaves without an exception, so what is not known to have ended was left.
        var left = true;
        var refused = false;
        try
        {
            while (true)
            {
                try
                {
                    _updates = updates ??= _stream.Ask(cancellationToken);
                    var next = _next ?? updates.MoveNextAsync();
                    _next = null;
                    if (!await next.ConfigureAwait(false))
                        break;
                }
                catch (Exception e)
                {
                    refused = !_meter.Begun && e is not OperationCanceledException;
                    throw;
                }

                _meter.Count(Current = updates.Current);
                yield return Current;
            }

            left = false;
        }
        finally
        {
            _updates = null;
            try
            {
                if (updates is not null)
                    await updates.DisposeAsync().ConfigureAwait(false);
            }
            finally
            {
                await _stream.EndAsync(_meter, estimate: !refused && (left || !_meter.HasFinalUsage)).ConfigureAwait(false);
            }
        }
    }
}
