using System.Security.Cryptography;
using System.Text.Json;
using Patterns.AuditLog;

namespace Tenancy.Tests.AuditLog.Integrity;

/// <summary>The page that tells others what is hashed, held against what is hashed.</summary>
public sealed class BytesTests
{
    [Fact]
    [Guarantee("AuditLog", 5)]
    public void The_test_vector_of_the_page_is_what_is_hashed()
    {
        var (vector, _) = Page();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var proof = ProofOf(vector, key);

        Convert.ToHexStringLower(proof.Run.Hash()).Should().Be(Text(vector, "run"));
        AuditProof.Verify(proof, [new(Text(vector, "keyId"), key)]).Should().BeTrue("its seal's root is the leaf, the run's root is the seal, and the run is signed");
        AuditProof.Verify(proof with { Entry = proof.Entry with { Reason = "" } }, [new(Text(vector, "keyId"), key)]).Should().BeFalse("an empty text is not an absent one");
    }

    [Fact]
    [Guarantee("AuditLog", 5)]
    public void The_bytes_of_the_page_give_its_leaf_and_the_leaf_its_seal()
    {
        var (vector, bytes) = Page();
        byte[] seal =
        [
            2, 1, .. Sized("acme"u8), .. Number(1), .. Number(1), .. Sized("standard"u8), .. Number(vector.GetProperty("month").GetDateTimeOffset().ToUnixTimeMilliseconds() * 1_000), .. Number(1), 0, 0, 0, 1,
            .. Sized(Convert.FromHexString(Text(vector, "leaf"))), .. Sized(new byte[32]),
        ];

        Convert.ToHexStringLower(SHA256.HashData(bytes)).Should().Be(Text(vector, "leaf"));
        Convert.ToHexStringLower(SHA256.HashData(seal)).Should().Be(Text(vector, "seal"));
    }

    private static InclusionProof ProofOf(JsonElement vector, ECDsa key)
    {
        var head = new RunHead(1, RunKind.Seals, new byte[32], Convert.FromHexString(Text(vector, "seal")), 1, vector.GetProperty("sealedAt").GetDateTimeOffset(), null, Text(vector, "keyId"), []);
        return new InclusionProof
        {
            Entry = new AuditEntry(Text(vector, "tenantId"), Actor(Text(vector, "actor")), Text(vector, "action"))
            {
                Id = vector.GetProperty("id").GetGuid(),
                OccurredAt = vector.GetProperty("occurredAt").GetDateTimeOffset(),
                OnBehalfOf = Actor(Text(vector, "onBehalfOf")),
                Targets = vector.GetProperty("targets").EnumerateArray().Select(static t => t.GetString()!.Split(':')).Select(static t => new AuditTarget(t[0], t[1])).ToArray(),
                RequestId = Text(vector, "requestId"),
                Details = Text(vector, "details"),
                Personal = Text(vector, "personal"),
                RetentionClass = Text(vector, "retentionClass"),
            },
            DetailsSalt = Convert.FromHexString(Text(vector, "detailsSalt")),
            PersonalSalt = Convert.FromHexString(Text(vector, "personalSalt")),
            PersonalCommitment = Convert.FromHexString(Text(vector, "personalCommitment")),
            SealNo = 1,
            Month = vector.GetProperty("month").GetDateTimeOffset(),
            FirstSequenceNumber = 1,
            Count = 1,
            Index = 0,
            Path = [],
            PreviousSeal = new byte[32],
            RunIndex = 0,
            RunPath = [],
            Run = head with { Signature = key.SignHash(head.Hash(), DSASignatureFormat.IeeeP1363FixedFieldConcatenation) },
        };
    }

    private static (JsonElement Vector, byte[] Bytes) Page()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Bytes.md"));
        var blocks = page.Split("```");
        return (JsonDocument.Parse(blocks[1]["json".Length..]).RootElement, Convert.FromHexString(blocks[3].Replace("\n", "", StringComparison.Ordinal)));
    }

    private static AuditActor Actor(string text) => new(text.Split(':')[0], text.Split(':')[1]);

    private static string Text(JsonElement vector, string name) => vector.GetProperty(name).GetString()!;

    private static byte[] Number(long value)
    {
        var bytes = BitConverter.GetBytes(value);
        Array.Reverse(bytes);
        return bytes;
    }

    private static byte[] Sized(ReadOnlySpan<byte> bytes) => [0, 0, 0, (byte)bytes.Length, .. bytes];
}
