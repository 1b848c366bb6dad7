using System.Runtime.ExceptionServices;
using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>A call whose answer comes whole.</summary>
internal sealed class AnswerCall(Chain chain, IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken caller)
    : ChainCall<ChatResponse>(chain, messages, options, streamed: false, caller)
{
    private static readonly LlmFault Rejected = new(LlmFaultKind.BadOutput, "not_accepted");
    private static readonly LlmFault Empty = new(LlmFaultKind.BadOutput, "empty_answer");

    protected override (long Ticks, TimeLimit Limit) Limit => (Chain.AttemptTime, TimeLimit.Attempt);

    public async Task<ChatResponse> RunAsync()
    {
        Span = Telemetry.StartCall(Chain, Options);
        try
        {
            if (await FindAsync().ConfigureAwait(false) is not { } attempt)
            {
                if (await LastResortAsync().ConfigureAwait(false) is { } degraded)
                    return degraded;
                ExceptionDispatchInfo.Throw(Failure());
                return null;
            }

            var response = attempt.Answer!;
            if (!AnswerIsSettled)
                Complete(attempt, response.Usage, response.ModelId, response.ConversationId);
            Telemetry.Answered(Span, attempt.Model, response.ModelId, response.Usage);
            response.AdditionalProperties = CallMarks.Of(attempt.Model.Name, Asked, CallId, response.AdditionalProperties);
            for (var i = 0; i < response.Messages.Count; i++)
            {
                var message = response.Messages[i];
                if (CallMarks.HasOrigin(message))
                    message.AdditionalProperties = CallMarks.Origin(attempt.Model, message.AdditionalProperties);
            }

            return response;
        }
        catch (Exception exception)
        {
            TellFailure(exception);
            throw;
        }
        finally
        {
            Span?.Dispose();
        }
    }

    protected override ValueTask<ChatResponse> AskAsync(Attempt attempt) => new(attempt.Model.Client.GetResponseAsync(attempt.Messages, attempt.Options, attempt.Clock.Token));

    protected override void Judge(Attempt attempt, ChatResponse answer)
    {
        if (answer is null)
        {
            attempt.Fault = Empty;
            return;
        }

        var contents = ContentsReader.Of(answer);
        if ((contents & Contents.Error) is not Contents.None || !ContentsReader.IsOrdinary(answer.FinishReason))
        {
            attempt.Evidence = Chain.Evidence.Read(attempt.Model.Provider, attempt.Wire, answer.FinishReason, answer.Messages.SelectMany(static message => message.Contents));
            if (attempt.Evidence is not null)
            {
                attempt.Fault = Chain.Faults.Classify(attempt.Evidence);
                return;
            }
        }

        // An answer that is made in the background is empty until it is asked for again.
        if ((contents & Contents.Shown) is Contents.None && answer.ContinuationToken is null)
            attempt.Fault = Empty;
        else if (Chain.Options.Accept is { } accepts && !accepts(answer))
            attempt.Fault = Rejected;
    }

    protected override ValueTask DiscardAsync(ChatResponse answer) => default;

    protected override UsageDetails? UsageOf(ChatResponse answer) => answer.Usage;
}
