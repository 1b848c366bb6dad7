using Microsoft.AspNetCore.Http;

namespace Patterns.WebhookSecurity;

/// <summary>A genuine, fresh webhook. It binds as a parameter of a minimal-API handler whose endpoint requires a signature.</summary>
/// <param name="Source">The name under which the source was added.</param>
/// <param name="Scope">The tenant or other scope whose keys verified it; null where the source has one set of keys.</param>
/// <param name="Id">The provider's id of the event or delivery, or null where there is none.</param>
/// <param name="IdIsSigned">Whether <paramref name="Id"/> is covered by the signature. An id that is not can be changed by whoever replays a captured request.</param>
/// <param name="Type">The provider's event type, or null where there is none. Not signed where it comes from a header.</param>
/// <param name="Timestamp">The signed time of this delivery attempt, or null where the scheme signs none.</param>
/// <param name="Body">The raw bytes. On an endpoint they are valid until the request ends; copy what must outlive it.</param>
/// <param name="KeyId">The id of the key that verified it.</param>
/// <param name="ReplayKey">
/// The value to deduplicate on: equal for every redelivery of an event, and impossible to vary without breaking the signature or the type. It is the
/// id where that is signed; otherwise the lower-case hex SHA-256 of the signed content without its timestamp, a colon, and the type.
/// </param>
public sealed record VerifiedWebhook(
    string Source,
    string? Scope,
    string? Id,
    bool IdIsSigned,
    string? Type,
    DateTimeOffset? Timestamp,
    ReadOnlyMemory<byte> Body,
    string KeyId,
    string ReplayKey)
{
    /// <summary>Binds a handler's parameter to the webhook that <c>RequireWebhookSignature</c> verified.</summary>
    /// <param name="context">The request.</param>
    /// <returns>The verified webhook, never null.</returns>
    /// <exception cref="InvalidOperationException">The endpoint does not require a signature.</exception>
    public static ValueTask<VerifiedWebhook?> BindAsync(HttpContext context) => new(context.GetVerifiedWebhook());
}
