namespace Patterns.WebhookDedup;

/// <summary>What the database said of one event.</summary>
/// <param name="Receipt">The answer.</param>
/// <param name="FirstFingerprint">The fingerprint that counts, when the delivery's differs from it.</param>
internal readonly record struct Claim(WebhookReceipt Receipt, byte[]? FirstFingerprint);
