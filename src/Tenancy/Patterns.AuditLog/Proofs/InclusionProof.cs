using System.Text.Json;

namespace Patterns.AuditLog;

/// <summary>
/// Proves that an entry is in the log as it is shown here: its way to the root of its seal, the seal's way to the root of its run, and the run's signed head. Of other tenants it holds hashes only.
/// What is done to the log later, redaction included, does not touch it.
/// </summary>
public sealed record InclusionProof
{
    /// <summary>The entry. Without its personal data, where that was redacted or left out.</summary>
    public required AuditEntry Entry { get; init; }

    /// <summary>The salt of <see cref="AuditEntry.Details"/>, 32 bytes.</summary>
    public byte[]? DetailsSalt { get; init; }

    /// <summary>The salt of <see cref="AuditEntry.Personal"/>, 32 bytes; null without it.</summary>
    public byte[]? PersonalSalt { get; init; }

    /// <summary>What the leaf holds of the personal data, whether it is shown or not.</summary>
    public byte[]? PersonalCommitment { get; init; }

    /// <summary>The number of the tenant's seal.</summary>
    public required long SealNo { get; init; }

    /// <summary>The start of the month, in UTC, whose entries the seal covers.</summary>
    public required DateTimeOffset Month { get; init; }

    /// <summary>The number that the seal's first entry has within the tenant.</summary>
    public required long FirstSequenceNumber { get; init; }

    /// <summary>How many entries the seal covers.</summary>
    public required int Count { get; init; }

    /// <summary>The entry's place among them, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>The siblings from the entry's leaf to the seal's root (RFC 6962, section 2.1.1).</summary>
    public required IReadOnlyList<byte[]> Path { get; init; }

    /// <summary>The hash of the tenant's seal before this one.</summary>
    public required byte[] PreviousSeal { get; init; }

    /// <summary>The seal's place among those of its run, from 0.</summary>
    public required int RunIndex { get; init; }

    /// <summary>The siblings from the seal to the run's root.</summary>
    public required IReadOnlyList<byte[]> RunPath { get; init; }

    /// <summary>The signed head of the run.</summary>
    public required RunHead Run { get; init; }

    /// <summary>The entry's number within its tenant.</summary>
    public long SequenceNumber => FirstSequenceNumber + Index;

    /// <summary>The same proof for somebody who must not see the personal data. It is as good.</summary>
    public InclusionProof WithoutPersonal() => this with { Entry = Entry with { Personal = null }, PersonalSalt = null };

    /// <summary>The proof as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ProofJson.Default.InclusionProof);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">It is something else.</exception>
    public static InclusionProof FromJson(string json) => JsonSerializer.Deserialize(json, ProofJson.Default.InclusionProof) ?? throw new JsonException("A proof is an object.");
}
