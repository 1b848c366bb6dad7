using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <content>What happens after the first content was shown.</content>
internal sealed partial class StreamCall
{
    private ChatResponseUpdate[] _degraded = [];
    private string _before = "";
    private string? _messageId;
    private string? _responseId;
    private bool _continues;
    private bool _restarts;

    /// <summary>The error that an update reports; null when it reports none, or a refusal of which the reader has seen content: that is passed on as it is.</summary>
    private LlmEvidence? ErrorIn(OpenStream stream, ChatResponseUpdate update)
    {
        var evidence = Chain.Evidence.Read(stream.Attempt.Model.Provider, stream.Attempt.Wire, update.FinishReason, update.Contents);
        return evidence is null || Chain.Faults.Classify(evidence).Kind == LlmFaultKind.ContentFiltered ? null : evidence;
    }

    // Some SDKs pass over an error event in silence, and take a body that a proxy closed in good order for a whole one: then only the missing finish reason tells. Without the wire's record nobody knows whether
    // the client names finish reasons at all.
    private LlmEvidence? UnreportedError(OpenStream stream)
    {
        if (stream.Attempt.Wire is not { } wire)
            return null;
        if (wire.HasStreamError)
            return Chain.Evidence.Read(stream.Attempt.Model.Provider, wire, null, []);
        return wire.IsEventStream && stream.Record.Finish is null
            ? new(stream.Attempt.Model.Provider, wire.Status, wire.Headers, default, new IOException("The stream of events ended without a finish reason."))
            : null;
    }

    /// <summary>Ends a stream. The next one when it broke and the chain goes on; null when it is over.</summary>
    private async ValueTask<OpenStream?> AfterAsync(OpenStream stream, Exception? broken, LlmEvidence? error)
    {
        if (_open is null)
            return null; // a refusal from before others were asked: it was ended then
        if (broken is null && !stream.Record.IsFinished)
            error ??= UnreportedError(stream);
        if (error is null && (broken is null || (stream.Record.IsFinished && !Caller.IsCancellationRequested)))
        {
            await CompleteAsync(stream).ConfigureAwait(false);
            return null;
        }

        try
        {
            return await GoOnAsync(stream, broken, error).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            TellFailure(exception);
            throw;
        }
    }

    private async ValueTask<OpenStream> GoOnAsync(OpenStream stream, Exception? broken, LlmEvidence? error)
    {
        var attempt = stream.Attempt;
        if (broken is not null)
            Judge(attempt, broken);
        else
            (attempt.Evidence, attempt.Fault) = (error, Chain.Faults.Classify(error!));
        var text = _before + stream.Record.Text;
        var goesOn = MayGoOn(attempt.Fault!, stream.Record, text);
        _open = null;
        attempt.Clock.Cancel();
        var told = Settle(attempt, stream.Record.Usage, goesOn ? NextStep.NextModel : NextStep.Stop);
        await DiscardAsync(stream).ConfigureAwait(false);
        if (told.Kind == LlmFaultKind.Cancelled)
            throw attempt.Exception!;
        if (!goesOn)
            throw new LlmStreamInterruptedException(told, text, stream.Record.Usage);

        _continues = Chain.Options.Streaming == AfterFirstToken.Continue;
        _restarts = !_continues;
        if (_continues)
        {
            (_before, _messageId, _responseId) = (text, _messageId ?? stream.Record.MessageId, _responseId ?? stream.Record.ResponseId);
            Told = [.. Messages, new ChatMessage(ChatRole.User, ContinuationOf(text))];
            Needs = CallNeeds.Of(Told, Options, streamed: true, Chain.Options.CountTokens);
        }

        return await FindAsync().ConfigureAwait(false) is { Answer: { } next } ? Opened(next) : throw new LlmStreamInterruptedException(told, text, stream.Record.Usage);
    }

    private bool MayGoOn(LlmFault fault, StreamRecord record, string text)
    {
        if (!MayFallBack || Needs.IsBound || fault.Kind is LlmFaultKind.Cancelled or LlmFaultKind.InvalidRequest or LlmFaultKind.ContentFiltered)
            return false;
        return Chain.Options.Streaming switch
        {
            AfterFirstToken.Restart => true,

            // What follows a tool call, an image or half a JSON document cannot be told in words.
            AfterFirstToken.Continue => text.Length > 0 && (record.Contents & (Contents.ToolCall | Contents.Other)) is Contents.None && Options?.ResponseFormat is not ChatResponseFormatJson,
            _ => false,
        };
    }

    // By a user's message: models refuse, or misread, an answer of the assistant that they are to complete.
    private static string ContinuationOf(string text) =>
        "The connection broke while you were answering. The reader already has the text between the two lines. Go on exactly where it ends, in the same language and form. Repeat none of it, and do not mention the break.\n"
        + $"-----\n{text}\n-----";

    private ChatResponseUpdate MarkOf(OpenStream stream)
    {
        var mark = new ChatResponseUpdate { AdditionalProperties = CallMarks.Of(stream.Attempt.Model.Name, Asked, CallId) };
        if (_restarts)
            mark.AdditionalProperties[CallMarks.Restart] = true;
        var held = stream.Held;
        if (_continues)
        {
            for (var i = 0; i < held.Count; i++)
                held[i] = Relabeled(held[i]);
        }
        else if (held.FindIndex(static update => !string.IsNullOrEmpty(update.MessageId)) is >= 0 and var named)
        {
            held[named] = held[named].Clone();
            held[named].AdditionalProperties = CallMarks.Origin(stream.Attempt.Model, held[named].AdditionalProperties);
        }
        else if (held.SelectMany(static update => update.Contents).FirstOrDefault(static content => content is not UsageContent) is { } content)
        {
            // Only the properties of an update that names its message end up in the message; where none does, those of its first content stay with it.
            content.AdditionalProperties = CallMarks.Origin(stream.Attempt.Model, content.AdditionalProperties);
        }

        return mark;
    }

    /// <summary>The stream that goes on is of the same message as the one that broke.</summary>
    private ChatResponseUpdate Relabeled(ChatResponseUpdate update)
    {
        var copy = update.Clone();
        (copy.MessageId, copy.ResponseId) = (_messageId, _responseId);
        return copy;
    }
}
