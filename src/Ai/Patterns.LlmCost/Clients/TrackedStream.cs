using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Patterns.LlmCost;

/// <summary>A streamed call on its way to the reader, unchanged, and into the ledger when it ends: in whichever way.</summary>
internal sealed class TrackedStream(IChatClient inner, CallRecorder recorder, IReadOnlyCollection<ChatMessage> messages, ChatOptions? options, CallStart start)
{
    public async IAsyncEnumerable<ChatResponseUpdate> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var meter = new CallMeter(recorder);
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
                    updates ??= inner.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
                    if (!await updates.MoveNextAsync().ConfigureAwait(false))
                        break;
                }
                catch (Exception e)
                {
                    refused = !meter.Begun && e is not OperationCanceledException;
                    throw;
                }

                meter.Count(updates.Current);
                yield return updates.Current;
            }

            left = false;
        }
        finally
        {
            try
            {
                if (updates is not null)
                    await updates.DisposeAsync().ConfigureAwait(false);
            }
            finally
            {
                long? requestBytes = refused || (!left && meter.HasFinalUsage) ? null : recorder.SizeOf((messages, options), static asked => TextEstimate.Bytes(asked.messages, asked.options));
                await recorder.EndAsync(start, meter, requestBytes).ConfigureAwait(false);
            }
        }
    }
}
