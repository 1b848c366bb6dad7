using System.Runtime.ExceptionServices;
using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>A call whose answer comes whole.</summary>
internal sealed class AnswerCall(Chain chain, IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken caller)
    : ChainCall<ChatResponse>(chain, messages, options, streamed: false, caller)
{
    private static readonly LlmFault Rejected = new(LlmFaultKind.BadOutput, "not_accepted");
    private static readonly LlmFault Empty = new(LlmFaultKind.BadOutput, "empty_answer");

    protected override (TimeSpan Time, TimeLimit Limit) Limit => (Chain.Options.AttemptTimeout, TimeLimit.Attempt);

    public async Task<ChatResponse> RunAsync()
    {
        Span = Telemetry.StartCall(Chain, Options);
        try
        {
            if (await FindAsync().ConfigureAwait(false) is not { } outcome)
            {
                if (await LastResortAsync().ConfigureAwait(false) is { } degraded)
                    return degraded;
                ExceptionDispatchInfo.Throw(Failure());
                return null;
            }

            var (attempt, response) = (outcome.Attempt, outcome.Answer!);
            if (!AnswerIsSettled)
                Complete(attempt, response.Usage, response.ModelId, response.ConversationId);
            Telemetry.Answered(Span, attempt.Model, response.ModelId, response.Usage);
            response.AdditionalProperties = CallMarks.Of(attempt.Model.Name, Asked, CallId, response.AdditionalProperties);
            for (var i = 0; i < response.Messages.Count; i++)
                response.Messages[i].AdditionalProperties = CallMarks.Origin(attempt.Model, response.Messages[i].AdditionalProperties);
            return response;
        }
        catch (Exception exception)
        {
            Telemetry.Failed(Span, exception, LastKind);
            throw;
        }
        finally
        {
            Span?.Dispose();
        }
    }

    protected override ValueTask<ChatResponse> AskAsync(Attempt attempt) => new(attempt.Model.Client.GetResponseAsync(attempt.Messages, attempt.Options, attempt.Clock.Token));

    protected override (LlmFault? Fault, LlmEvidence? Evidence) Judge(Attempt attempt, ChatResponse answer)
    {
        var contents = ContentsReader.Of(answer);
        if ((contents & Contents.Error) is not Contents.None || !ContentsReader.IsOrdinary(answer.FinishReason))
        {
            var evidence = Chain.Evidence.Read(attempt.Model.Provider, attempt.Wire, answer.FinishReason, answer.Messages.SelectMany(static message => message.Contents));
            if (evidence is not null)
                return (Chain.Faults.Classify(evidence), evidence);
        }

        // An answer that is made in the background is empty until it is asked for again.
        if ((contents & Contents.Shown) is Contents.None && answer.ContinuationToken is null)
            return (Empty, null);
        return Chain.Options.Accept is { } accepts && !accepts(answer) ? (Rejected, null) : default;
    }

    protected override ValueTask DiscardAsync(ChatResponse answer) => default;

    protected override UsageDetails? UsageOf(ChatResponse answer) => answer.Usage;
}
