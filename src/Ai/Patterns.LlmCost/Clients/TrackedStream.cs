using Microsoft.Extensions.AI;

namespace Patterns.LlmCost;

/// <summary>A streamed call on its way to the reader, unchanged, and into the ledger when it ends: in whichever way.</summary>
internal sealed class TrackedStream(IChatClient inner, CallRecorder recorder, IReadOnlyCollection<ChatMessage> messages, ChatOptions? options, CallStart start, CancellationToken requested)
    : IAsyncEnumerable<ChatResponseUpdate>
{
    public CallRecorder Recorder => recorder;

    public IAsyncEnumerator<ChatResponseUpdate> GetAsyncEnumerator(CancellationToken cancellationToken = default) => new TrackedReader(this, requested, cancellationToken);

    public IAsyncEnumerator<ChatResponseUpdate> Ask(CancellationToken cancellationToken) => inner.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);

    public ValueTask EndAsync(in CallMeter meter, bool estimate) =>
        recorder.EndAsync(start, meter, estimate ? recorder.SizeOf((messages, options), static asked => TextEstimate.Bytes(asked.messages, asked.options)) : null);
}
