using Microsoft.Extensions.AI;

namespace Patterns.LlmCost;

/// <summary>
/// Books what every call through it used: one row for each, streamed or not, answered, failed or cut short. It changes nothing of the calls, and a ledger that cannot be reached fails none of them; what it adds is the time that
/// <see cref="ILlmCost.QueueAsync"/> takes, a second at most.
/// </summary>
/// <remarks>
/// The account is that of <see cref="LlmCostScope"/>, or of <c>patterns.tenant</c>, <c>patterns.feature</c>, <c>patterns.user</c> and <c>patterns.run</c> in the options' <c>AdditionalProperties</c>, which go before. Calls without one are
/// booked on <c>unattributed</c> with a warning, or refused by <see cref="LlmCostOptions.RequireTenant"/>. <c>patterns.call_id</c> (a UUIDv7) and <c>patterns.attempt</c> there name the row, so that no two calls may carry the same; a chain that
/// passes them has each attempt booked under one call, and asks for them by <c>GetService(typeof(IChatClient), "patterns.call_id")</c>.
/// A stream that is cancelled, breaks or is no longer read is booked at once as <see cref="LlmCallState.Estimated"/>, from the request's size and the text that came. Book the usage that becomes known later with the same ids and a higher
/// <see cref="LlmCall.Revision"/>.
/// </remarks>
public sealed class LlmCostChatClient : DelegatingChatClient
{
    private readonly CallRecorder _recorder;

    /// <summary>Wraps the client of one model.</summary>
    /// <param name="inner">The client; it is disposed with this one.</param>
    /// <param name="cost">The ledger.</param>
    /// <param name="provider">The provider as the prices name it, such as <c>anthropic</c>: 1 to 100 characters.</param>
    /// <param name="tier">The price tier, where the provider's messages do not tell it: <c>standard</c>, <c>batch</c>, <c>flex</c> or <c>priority</c>.</param>
    /// <param name="region">The region whose prices apply, where the provider's messages do not tell it; empty for the general ones.</param>
    /// <exception cref="ArgumentException">The provider is empty or the tier is none of the four.</exception>
    public LlmCostChatClient(IChatClient inner, ILlmCost cost, string provider, string tier = "standard", string region = "")
        : base(inner) => _recorder = new(cost, "chat", provider, inner.GetService<ChatClientMetadata>()?.DefaultModelId, tier, region);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The call has no tenant and <see cref="LlmCostOptions.RequireTenant"/> is set; it was not made.</exception>
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var asked = Asked(messages);
        cancellationToken.ThrowIfCancellationRequested();
        var start = _recorder.Begin(options?.AdditionalProperties, options?.ModelId);
        var meter = new CallMeter(_recorder);
        ChatResponse response;
        try
        {
            response = await base.GetResponseAsync(asked, options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // What a provider refuses or fails to answer is not billed; what was cancelled may have been computed.
            await _recorder.EndAsync(start, meter, e is OperationCanceledException ? SizeOf(asked, options) : null).ConfigureAwait(false);
            throw;
        }

        meter.Count(response);
        await _recorder.EndAsync(start, meter, meter.HasUsage ? null : SizeOf(asked, options)).ConfigureAwait(false);
        return response;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The call has no tenant and <see cref="LlmCostOptions.RequireTenant"/> is set; it was not made.</exception>
    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var asked = Asked(messages);
        return new TrackedStream(InnerClient, _recorder, asked, options, _recorder.Begin(options?.AdditionalProperties, options?.ModelId), cancellationToken);
    }

    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is string key && key == CallAttribution.CallIdKey && serviceType == typeof(IChatClient) ? this : base.GetService(serviceType, serviceKey);
    }

    private long SizeOf(IReadOnlyCollection<ChatMessage> asked, ChatOptions? options) => _recorder.SizeOf((asked, options), static request => TextEstimate.Bytes(request.asked, request.options));

    // They are read once more when the usage must be estimated, and a lazy sequence may not be the same again.
    private static IReadOnlyCollection<ChatMessage> Asked(IEnumerable<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return messages as IReadOnlyCollection<ChatMessage> ?? [.. messages];
    }
}
