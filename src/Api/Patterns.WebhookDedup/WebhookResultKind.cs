namespace Patterns.WebhookDedup;

internal enum WebhookResultKind
{
    Done,
    Ignored,
    Deferred,
}
