using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Patterns.AuditLog;

namespace Tenancy.Tests.AuditLog.Integrity;

/// <summary>The file that an auditor takes home: verified with the public key, without the database.</summary>
public sealed class EvidenceTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("AuditLog", 8)]
    public async Task A_file_of_the_log_or_of_one_tenant_verifies_with_the_public_key_alone()
    {
        var anchor = new MemoryAnchor();
        await using var gallery = await Gallery.NewAsync(database.ConnectionString, more: services => services.AddSingleton<IAuditAnchor>(anchor));
        await gallery.Log.Integrity.RedactAsync(new("b", Gallery.Auditor, "asked to be forgotten") { EntryId = gallery.Victim }, Ct);

        var whole = await VerifyAsync(gallery, await WriteAsync(gallery, null), anchor.Heads);
        var one = await VerifyAsync(gallery, await WriteAsync(gallery, "b"));
        var older = await VerifyAsync(gallery, await WriteAsync(gallery, "c"), [.. anchor.Heads, anchor.Heads[^1] with { RunNo = 9 }]);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var wrongKey = await AuditEvidence.VerifyAsync(new MemoryStream(await WriteAsync(gallery, null)), [new("test-1", other)], ct: Ct);

        (whole.IsIntact, whole.Entries, whole.Seals, whole.Runs, whole.Head!.RunNo).Should().Be((true, 45, 9, 3, 3), Gallery.Show(whole.Findings));
        whole.Findings.Select(static f => (f.Kind, f.TenantId, f.SequenceNumber)).Should().Equal((FindingKind.Redacted, "b", 8));
        (one.IsIntact, one.Entries, one.Seals).Should().Be((true, 15, 3), Gallery.Show(one.Findings));
        older.Findings.Select(static f => (f.Kind, f.RunNo)).Should().Equal((FindingKind.AnchorMismatch, 9));
        wrongKey.Counts.Should().Contain(FindingKind.BadSignature, 3);
    }

    [Fact]
    public async Task A_tenants_file_shows_nothing_of_other_tenants()
    {
        await using var gallery = await Gallery.NewAsync(database.ConnectionString);
        await gallery.Log.Log.AppendAsync(new AuditEntry("umbrella", new("user", "alfred"), "secret.project.begun") { WaitForSeal = true }, Ct);

        var file = Encoding.UTF8.GetString(await WriteAsync(gallery, "b"));

        file.Should().NotContain("umbrella").And.NotContain("alfred").And.NotContain("secret.project");
    }

    [Fact]
    [Guarantee("AuditLog", 6)]
    public async Task Every_line_that_is_changed_removed_or_cut_off_is_noticed_and_no_other_tenant_is_accused_of_an_entry()
    {
        await using var gallery = await Gallery.NewAsync(database.ConnectionString);
        var lines = Encoding.UTF8.GetString(await WriteAsync(gallery, null)).Split('\n')[..^1];
        for (var i = 1; i < lines.Length; i++)
        {
            var line = lines[i];
            var flipped = line.ToCharArray();
            flipped[line.Length * 2 / 3] = (char)(flipped[line.Length * 2 / 3] ^ 1);
            string[][] tampered = [[.. lines[..i], new string(flipped), .. lines[(i + 1)..]], [.. lines[..i], .. lines[(i + 1)..]], lines[..i]];
            foreach (var file in tampered)
                (await VerifyAsync(gallery, Bytes(file))).IsIntact.Should().BeFalse($"line {i} of {lines.Length} was changed: {line}");
        }
    }

    [Fact]
    [Guarantee("AuditLog", 6)]
    public async Task In_a_long_log_a_flipped_byte_a_removed_entry_a_swapped_pair_and_a_cut_off_tail_are_named_with_tenant_and_place()
    {
        var many = Environment.GetEnvironmentVariable("PATTERNS_LONG") == "1" ? 1_000_000 : 20_000;
        await using var gallery = await Gallery.NewAsync(database.ConnectionString, o => o.UnsealedLimit = TimeSpan.FromHours(1));
        for (var from = 0; from < many; from += 1_000)
            await gallery.Log.Log.AppendAsync([.. Enumerable.Range(0, 1_000).Select(i => Gallery.Entry($"t{i % 10}", from + i))], Ct);
        await gallery.Log.Integrity.SealNowAsync(Ct);
        var path = Path.Combine(Path.GetTempPath(), $"evidence-{Guid.CreateVersion7()}.jsonl");
        try
        {
            await using (var file = File.Create(path))
                await gallery.Log.Integrity.WriteEvidenceAsync(null, Gallery.Auditor, file, Ct);
            (await VerifyAsync(gallery, path, static lines => lines)).IsIntact.Should().BeTrue();
            (await gallery.VerifyAsync()).IsIntact.Should().BeTrue();

            var places = await PlacesAsync(path);
            var (first, second) = (places[places.Count / 2], places[(places.Count / 2) + 1]);
            var flipped = await VerifyAsync(gallery, path, lines => lines.Select((line, at) => at == first.Line ? line.Replace("paid", "qaid", StringComparison.Ordinal) : line));
            var removed = await VerifyAsync(gallery, path, lines => lines.Where((_, at) => at != first.Line));
            var swapped = await VerifyAsync(gallery, path, lines => Swap(lines, first.Line, second.Line));
            var cut = await VerifyAsync(gallery, path, lines => lines.Take(first.Line));

            Faults(flipped).Should().Equal((FindingKind.Altered, first.TenantId, first.Number));
            Faults(removed).Should().Equal((FindingKind.Missing, first.TenantId, first.Number));
            Faults(swapped).Should().BeEquivalentTo([(FindingKind.Altered, first.TenantId, first.Number), (FindingKind.Altered, second.TenantId, second.Number)]);
            cut.IsIntact.Should().BeFalse();
            cut.Findings.Should().Contain(f => f.Kind == FindingKind.Missing && f.TenantId == first.TenantId && f.SequenceNumber == first.Number, Gallery.Show(cut.Findings.Take(20)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"begin\":{\"format\":2,\"runs\":1}}")]
    public async Task A_file_that_is_none_is_refused(string text)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var refused = () => AuditEvidence.VerifyAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), [new("k", key)], ct: Ct);

        await refused.Should().ThrowAsync<InvalidDataException>().WithMessage("*format 1*");
    }

    private static async Task<byte[]> WriteAsync(Gallery gallery, string? tenantId)
    {
        using var stream = new MemoryStream();
        await gallery.Log.Integrity.WriteEvidenceAsync(tenantId, Gallery.Auditor, stream, Ct);
        return stream.ToArray();
    }

    private static Task<VerifyReport> VerifyAsync(Gallery gallery, byte[] file, IEnumerable<RunHead>? anchored = null) =>
        AuditEvidence.VerifyAsync(new MemoryStream(file), [PublicKey(gallery)], anchored, ct: Ct);

    private static async Task<VerifyReport> VerifyAsync(Gallery gallery, string path, Func<IEnumerable<string>, IEnumerable<string>> tamper)
    {
        var copy = path + ".tampered";
        await File.WriteAllLinesAsync(copy, tamper(File.ReadLines(path)), Ct);
        await using var file = new FileStream(copy, FileMode.Open, FileAccess.Read, FileShare.None, 1, FileOptions.DeleteOnClose);
        return await AuditEvidence.VerifyAsync(file, [PublicKey(gallery)], ct: Ct);
    }

    private static AuditSigningKey PublicKey(Gallery gallery) => new("test-1", ECDsa.Create(gallery.Log.Key.ExportParameters(includePrivateParameters: false)));

    private static IEnumerable<(FindingKind, string?, long?)> Faults(VerifyReport report) => report.Findings.Where(static f => f.IsFault).Select(static f => (f.Kind, f.TenantId, f.SequenceNumber));

    // Which lines are entries, and of whom; the numbers by counting.
    private static async Task<List<(int Line, string TenantId, long Number)>> PlacesAsync(string path)
    {
        var places = new List<(int, string, long)>();
        var numbers = new Dictionary<string, long>(StringComparer.Ordinal);
        var at = 0;
        await foreach (var line in File.ReadLinesAsync(path, Ct))
        {
            if (line.StartsWith("{\"entry\":{\"tenantId\":\"", StringComparison.Ordinal))
            {
                var tenant = line[22..line.IndexOf('"', 22)];
                places.Add((at, tenant, numbers[tenant] = numbers.GetValueOrDefault(tenant) + 1));
            }

            at++;
        }

        return places;
    }

    private static IEnumerable<string> Swap(IEnumerable<string> lines, int first, int second)
    {
        var kept = "";
        var at = -1;
        foreach (var line in lines)
        {
            at++;
            if (at == first)
            {
                kept = line;
                continue;
            }

            yield return line;
            if (at == second)
                yield return kept;
        }
    }

    private static byte[] Bytes(string[] lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(static line => line + "\n")));
}
