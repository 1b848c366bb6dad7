using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>Which model last answered a conversation; at most 10,000 conversations, of which the one that was answered longest ago leaves. Thread-safe.</summary>
internal sealed class StickyModels(TimeSpan life, TimeProvider time)
{
    private const string StickyKey = "patterns.sticky";
    private const int Capacity = 10_000;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _oldestFirst = [];

    /// <summary>The conversation of a call; null when it names none.</summary>
    public static string? KeyOf(ChatOptions? options) => options is null ? null : CallMarks.Text(options.AdditionalProperties, StickyKey) ?? options.ConversationId;

    /// <summary>The model that answered last, within the life of a prompt cache. A bound conversation has its home for as long as it is remembered: its provider keeps it longer than its cache.</summary>
    public ChainModel? Find(string key, bool isBound)
    {
        lock (_lock)
        {
            return _entries.TryGetValue(key, out var node) && (isBound || time.GetElapsedTime(node.Value.AnsweredAt) < life) ? node.Value.Model : null;
        }
    }

    /// <summary>Remembers who answered: under the call's own key, and under the id that the provider gave to the conversation, by which the next call names it.</summary>
    public void Answered(string? key, string? conversationId, ChainModel model)
    {
        if (key is not null)
            Remember(key, model);
        if (conversationId is not null && !string.Equals(conversationId, key, StringComparison.Ordinal))
            Remember(conversationId, model);
    }

    private void Remember(string key, ChainModel model)
    {
        var entry = new Entry(key, model, time.GetTimestamp());
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var known))
            {
                known.Value = entry;
                _oldestFirst.Remove(known);
                _oldestFirst.AddLast(known);
                return;
            }

            if (_entries.Count == Capacity)
            {
                _entries.Remove(_oldestFirst.First!.Value.Key);
                _oldestFirst.RemoveFirst();
            }

            _entries.Add(key, _oldestFirst.AddLast(entry));
        }
    }

    private readonly record struct Entry(string Key, ChainModel Model, long AnsweredAt);
}
