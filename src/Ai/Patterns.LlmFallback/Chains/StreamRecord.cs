using System.Buffers;
using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>What a stream brought so far. Text goes into a rented buffer, so that an update costs no memory.</summary>
internal sealed class StreamRecord
{
    private char[] _text = [];
    private int _length;

    public string Text => new(_text, 0, _length);

    public Contents Contents { get; private set; }

    public UsageDetails? Usage { get; private set; }

    public ChatFinishReason? Finish { get; private set; }

    public string? MessageId { get; private set; }

    public string? ResponseId { get; private set; }

    public string? ResponseModel { get; private set; }

    public string? Conversation { get; private set; }

    /// <summary>Whether the answer is whole, whatever happens to the rest of the stream. Adapters may emit tool calls after the finish reason that announces them.</summary>
    public bool IsFinished => Finish is { } reason && (reason != ChatFinishReason.ToolCalls || (Contents & Contents.ToolCall) is not Contents.None);

    /// <summary>Takes an update to the record. True when it says something that needs a look: an error, or a finish reason out of the ordinary.</summary>
    public bool Take(ChatResponseUpdate update)
    {
        // What comes after the end of an answer that was shown is no fault of it.
        var isOver = IsFinished && (Contents & Contents.Shown) is not Contents.None;
        var contents = update.Contents;
        var seen = Contents.None;
        for (var i = 0; i < contents.Count; i++)
        {
            var content = contents[i];
            if (content is TextContent text)
            {
                seen |= Append(text.Text);
                continue;
            }

            if (content is UsageContent usage)
                (Usage ??= new()).Add(usage.Details);
            seen |= ContentsReader.Of(content);
        }

        Contents |= seen;
        MessageId ??= update.MessageId;
        ResponseId ??= update.ResponseId;
        ResponseModel ??= update.ModelId;
        Conversation ??= update.ConversationId;
        if (update.FinishReason is not { } finish)
            return !isOver && (seen & Contents.Error) is not Contents.None;
        Finish = finish;
        return !isOver && ((seen & Contents.Error) is not Contents.None || !ContentsReader.IsOrdinary(finish));
    }

    /// <summary>Gives the buffer back.</summary>
    public void End()
    {
        if (_text.Length > 0)
            ArrayPool<char>.Shared.Return(_text, clearArray: true);
        (_text, _length) = ([], 0);
    }

    private Contents Append(string text)
    {
        if (text.Length == 0)
            return Contents.None;
        if (_length + text.Length > _text.Length)
            Grow(_length + text.Length);
        text.CopyTo(_text.AsSpan(_length));
        _length += text.Length;
        return Contents.Text;
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<char>.Shared.Rent(Math.Max(needed, Math.Max(2 * _text.Length, 4096)));
        _text.AsSpan(0, _length).CopyTo(larger);
        if (_text.Length > 0)
            ArrayPool<char>.Shared.Return(_text, clearArray: true);
        _text = larger;
    }
}
