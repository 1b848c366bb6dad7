using Patterns.Shared;

namespace Patterns.WebhookDedup;

/// <summary>An event's place among those of its entity. Without a key or a position an event has no order, whatever its source says.</summary>
internal readonly record struct EventOrder(WebhookOrdering Ordering, string? Key, long? Position)
{
    /// <summary>What the event says of itself counts before what the source's selector says.</summary>
    public static EventOrder Of(WebhookEvent webhookEvent, WebhookSourceOptions source)
    {
        var (key, position) = (webhookEvent.OrderingKey, webhookEvent.Position);
        var ordering = source.Orderings.Find(webhookEvent.Type)?.Ordering ?? WebhookOrdering.None;
        if (ordering != WebhookOrdering.None && (key is null || position is null) && source.OrderBy is { } select)
        {
            var (selectedKey, selectedPosition) = select(webhookEvent);
            key ??= PlainText.CheckOptional(selectedKey, nameof(WebhookEvent.OrderingKey), 200);
            position ??= selectedPosition;
        }

        return new(key is null || position is null ? WebhookOrdering.None : ordering, key, position);
    }
}
