using System.Security.Cryptography;
using Patterns.AuditLog;

namespace Tenancy.Tests.AuditLog.Integrity;

public sealed class ProofTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("AuditLog", 8)]
    public async Task Every_entry_is_proved_with_the_public_key_alone_and_no_other_tenant_is_seen()
    {
        await using var gallery = await Gallery.NewAsync(database.ConnectionString);
        var ids = await gallery.Log.ScalarAsync<Guid[]>("SELECT array_agg(id) FROM {schema}.audit_log_entries WHERE tenant_id = 'b'");
        AuditSigningKey[] keys = [PublicKey(gallery)];
        var numbers = new List<long>();
        foreach (var id in ids)
        {
            var json = (await gallery.Log.Integrity.ProveAsync("b", id, Gallery.Auditor, Ct))!.ToJson();
            var proof = InclusionProof.FromJson(json);

            AuditProof.Verify(proof, keys).Should().BeTrue();
            proof.Entry.Id.Should().Be(id);
            json.Should().NotContain("\"a\"").And.NotContain("\"c\"");
            numbers.Add(proof.SequenceNumber);
        }

        numbers.Order().Should().Equal(Enumerable.Range(1, 15).Select(static i => (long)i));
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        AuditProof.Verify((await gallery.Log.Integrity.ProveAsync("b", ids[0], Gallery.Auditor, Ct))!, [new("test-1", other)]).Should().BeFalse("another key signed nothing of it");
    }

    [Fact]
    [Guarantee("AuditLog", 9)]
    public async Task A_proof_outlives_redaction_and_can_be_shown_without_personal_data()
    {
        await using var gallery = await Gallery.NewAsync(database.ConnectionString);
        AuditSigningKey[] keys = [PublicKey(gallery)];
        var before = (await gallery.Log.Integrity.ProveAsync("b", gallery.Victim, Gallery.Auditor, Ct))!;

        await gallery.Log.Integrity.RedactAsync(new("b", Gallery.Auditor, "asked to be forgotten") { EntryId = gallery.Victim }, Ct);
        var after = (await gallery.Log.Integrity.ProveAsync("b", gallery.Victim, Gallery.Auditor, Ct))!;

        before.Entry.Personal.Should().NotBeNull();
        after.Entry.Personal.Should().BeNull();
        foreach (var proof in new[] { before, after, before.WithoutPersonal() })
            AuditProof.Verify(proof, keys).Should().BeTrue();
    }

    [Fact]
    [Guarantee("AuditLog", 8)]
    public async Task A_proof_with_any_change_is_none()
    {
        await using var gallery = await Gallery.NewAsync(database.ConnectionString);
        var proof = (await gallery.Log.Integrity.ProveAsync("b", gallery.Victim, Gallery.Auditor, Ct))!;
        var other = new byte[32];
        InclusionProof[] changed =
        [
            proof with { Entry = proof.Entry with { TenantId = "a" } }, proof with { Entry = proof.Entry with { Actor = new("user", "eve") } }, proof with { Entry = proof.Entry with { Targets = [] } },
            proof with { Entry = proof.Entry with { Details = "{}" } }, proof with { Entry = proof.Entry with { Personal = "{}" } }, proof with { Entry = proof.Entry with { OccurredAt = DateTimeOffset.UnixEpoch } },
            proof with { DetailsSalt = other }, proof with { PersonalSalt = other }, proof with { PersonalCommitment = other }, proof with { SealNo = 3 }, proof with { FirstSequenceNumber = 7 },
            proof with { Count = 6 }, proof with { Index = 1 }, proof with { Index = 99 }, proof with { Path = [] }, proof with { Path = [.. proof.Path, other] }, proof with { PreviousSeal = other },
            proof with { RunIndex = 0 }, proof with { RunPath = [] }, proof with { Month = proof.Month.AddMonths(1) }, proof with { Run = proof.Run with { RunNo = 3 } },
            proof with { Run = proof.Run with { Root = other } }, proof with { Run = proof.Run with { Signature = other } }, proof with { Run = proof.Run with { KeyId = "another" } },
        ];

        for (var i = 0; i < changed.Length; i++)
            AuditProof.Verify(changed[i], [PublicKey(gallery)]).Should().BeFalse($"of change {i}");
    }

    [Fact]
    public async Task There_is_no_proof_of_what_is_not_sealed_not_there_or_anothers()
    {
        await using var gallery = await Gallery.NewAsync(database.ConnectionString);
        var waiting = Gallery.Entry("b", 1);
        await gallery.Log.Log.AppendAsync(waiting, Ct);

        foreach (var (tenant, id) in new[] { ("b", waiting.Id), ("b", Guid.CreateVersion7()), ("b", Guid.Empty), ("b", new Guid("ffffffff-ffff-7fff-bfff-ffffffffffff")), ("a", gallery.Victim) })
            (await gallery.Log.Integrity.ProveAsync(tenant, id, Gallery.Auditor, Ct)).Should().BeNull();
    }

    // The reference roots of the Certificate Transparency project's Merkle tree tests: RFC 6962 over these eight leaves.
    [Theory]
    [Guarantee("AuditLog", 5)]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")]
    [InlineData(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef")]
    [InlineData(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void Roots_are_those_of_RFC_6962(int leaves, string root)
    {
        string[] inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
        var hashes = inputs.Take(leaves).SelectMany(static input => SHA256.HashData([0, .. Convert.FromHexString(input)])).ToArray();

        Convert.ToHexString(AuditProof.MerkleRoot(hashes)).Should().BeEquivalentTo(root);
        FluentActions.Invoking(() => AuditProof.MerkleRoot(new byte[33])).Should().Throw<ArgumentException>().WithMessage("33 bytes*");
    }

    private static AuditSigningKey PublicKey(Gallery gallery) => new("test-1", ECDsa.Create(gallery.Log.Key.ExportParameters(includePrivateParameters: false)));
}
