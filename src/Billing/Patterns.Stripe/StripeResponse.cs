using System.Text.Json.Serialization.Metadata;
using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

/// <summary>An answer of Stripe, a success or an error.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body, as it came.</param>
public sealed record StripeResponse(int Status, ReadOnlyMemory<byte> Body)
{
    /// <summary>The id of the request at Stripe, for its support.</summary>
    public string? RequestId { get; init; }

    /// <summary>How many attempts were made, from 1 on.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>Whether Stripe repeated the answer that it had given to the same idempotency key before (<c>Idempotent-Replayed</c>).</summary>
    public bool IsReplay { get; init; }

    /// <summary>The idempotency key that every attempt carried; null when the request carried none.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Reads a success; a <see cref="StripeObject"/> keeps the body in <see cref="StripeObject.Raw"/>.</summary>
    /// <typeparam name="T">The type of the resource.</typeparam>
    /// <param name="type">How it is read from JSON.</param>
    /// <returns>The resource.</returns>
    /// <exception cref="StripeApiException">The answer is an error, or its body is not the JSON of such a resource (<see cref="StripeErrorKind.Api"/>).</exception>
    public T Read<T>(JsonTypeInfo<T> type) => ResponseReader.Read(this, type);

    /// <summary>The status and the request id: never the body, which may hold secrets and personal data.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => $"{Status} {RequestId}";
}
