using System.Text.Json;
using System.Text.Json.Serialization;

namespace Patterns.Stripe;

/// <summary>A resource of Stripe: the fields that this package reads, and all others in <see cref="Raw"/>.</summary>
public abstract record StripeObject
{
    private object? _raw;

    /// <summary>The id; empty for the few resources that have none.</summary>
    [JsonPropertyOrder(-1)]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// The whole resource, as Stripe sent it; parsed when it is first asked for. The default (<see cref="JsonValueKind.Undefined"/>) in a record that was not read from an answer.
    /// </summary>
    [JsonIgnore]
    public JsonElement Raw
    {
        get
        {
            if (Json.IsEmpty) return default;
            _raw ??= JsonElement.Parse(Json.Span);
            return (JsonElement)_raw;
        }
    }

    [JsonIgnore]
    internal ReadOnlyMemory<byte> Json { get; set; }

    /// <summary>Two are equal when Stripe sent the same bytes for them, or, of records that were made by hand, when their fields are equal.</summary>
    /// <param name="other">Another resource.</param>
    /// <returns>Whether what both were read from is equal.</returns>
    public virtual bool Equals(StripeObject? other) => other is not null && EqualityContract == other.EqualityContract && Id == other.Id && Json.Span.SequenceEqual(other.Json.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(EqualityContract, Id);

    /// <summary>The type and the id: never the fields, which may hold secrets and personal data.</summary>
    /// <returns>A short description.</returns>
    public sealed override string ToString() => $"{EqualityContract.Name} {Id}";
}
