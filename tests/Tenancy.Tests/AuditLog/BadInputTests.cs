using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Patterns.AuditLog;

namespace Tenancy.Tests.AuditLog;

/// <summary>Every bad input is named with its limit, and leaves nothing.</summary>
public sealed class BadInputTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, AuditEntry, string> BadEntries
    {
        get
        {
            var good = TestLog.Entry();
            var now = TimeProvider.System.GetUtcNow();
            return new()
            {
                { "no tenant", good with { TenantId = "" }, "*TenantId is missing*1 to 200*" },
                { "a long tenant", good with { TenantId = new('t', 201) }, "*TenantId has 201 characters*1 to 200*" },
                { "NUL", good with { TenantId = "a\0b" }, "*TenantId has a NUL*" },
                { "half a pair", good with { Reason = "\ud83d" }, "*Reason has half of a surrogate pair*" },
                { "no actor", good with { Actor = null! }, "*Actor is missing*" },
                { "no actor's id", good with { Actor = new("user", "") }, "*Actor.Id is missing*" },
                { "a colon in a type", good with { Actor = new("a:b", "c") }, "*Actor.Type is 'a:b'*no colon*" },
                { "a bad principal", good with { OnBehalfOf = new("", "c") }, "*OnBehalfOf.Type is missing*" },
                { "no action", good with { Action = "" }, "*Action is missing*1 to 100*" },
                { "a long action", good with { Action = new('a', 101) }, "*Action has 101*1 to 100*" },
                { "17 targets", good with { Targets = [.. Enumerable.Repeat(new AuditTarget("a", "b"), 17)] }, "*17 targets*up to 16*" },
                { "a bad target", good with { Targets = [new("a", "b\u001fc")] }, "*Targets?0?.Id has a control character*" },
                { "a long reason", good with { Reason = new('r', 501) }, "*Reason has 501*up to 500*" },
                { "a long request", good with { RequestId = new('r', 201) }, "*RequestId has 201*up to 200*" },
                { "a long trace", good with { TraceId = new('r', 65) }, "*TraceId has 65*up to 64*" },
                { "no outcome", good with { Outcome = (AuditOutcome)9 }, "*Outcome is 9*" },
                { "large details", good with { Details = $"\"{new string('x', 32_767)}\"" }, "*Details has 32769 bytes*32768*" },
                { "no JSON", good with { Details = "{\"password\": hunter2}" }, "*Details is no JSON document*" },
                { "two documents", good with { Personal = "{} {}" }, "*Personal is no JSON document*" },
                { "NUL in JSON", good with { Personal = "\"a\0b\"" }, "*Personal has a NUL*" },
                { "no such class", good with { RetentionClass = "gdpr" }, "*RetentionClass is 'gdpr'*hipaa, standard*" },
                { "the future", good with { OccurredAt = now.AddHours(25) }, "*OccurredAt is*24 hours ahead*" },
                { "the past", good with { OccurredAt = now.AddDays(-400) }, "*OccurredAt is*'standard'*400 days*" },
                { "an id without a time", good with { Id = new("f81d4fae-7dec-41d0-a765-00a0c91e6bf6") }, "*is no UUIDv7*OccurredAt*" },
            };
        }
    }

    [Theory]
    [MemberData(nameof(BadEntries))]
    [Guarantee("AuditLog", 1)]
    public async Task A_bad_entry_is_named_and_nothing_is_kept(string what, AuditEntry entry, string expected)
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);

        var alone = () => log.Log.AppendAsync(entry, Ct);
        var several = () => log.Log.AppendAsync([TestLog.Entry(), entry], Ct);
        var joined = () => log.InTransactionAsync(t => log.Log.AppendAsync(t, entry, Ct));

        (await alone.Should().ThrowAsync<ArgumentException>(what)).WithMessage(expected).Which.ToString().Should().NotContain("hunter2");
        (await several.Should().ThrowAsync<ArgumentException>(what)).WithMessage(expected);
        (await joined.Should().ThrowAsync<ArgumentException>(what)).WithMessage(expected);
        (await log.EntriesAsync()).Should().Be(0);
    }

    [Fact]
    [Guarantee("AuditLog", 1)]
    public async Task What_is_at_its_limits_is_taken()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        var now = TimeProvider.System.GetUtcNow();
        var entry = new AuditEntry(new('t', 200), new(new('a', 50), new('b', 200)), new('c', 100))
        {
            Targets = [.. Enumerable.Range(0, 16).Select(i => new AuditTarget(new('d', 50), new('e', 200)))],
            Reason = new('r', 500),
            RequestId = new('q', 200),
            TraceId = new('p', 64),
            Details = $"\"{new string('x', 32_766)}\"",
            Personal = "\"\ud83d\ude00 'quoted' \\\\ \"",
            OccurredAt = now.AddHours(23),
        };

        await log.Log.AppendAsync([entry, TestLog.Entry() with { OccurredAt = now.AddDays(-398) }, TestLog.Entry() with { Id = new("f81d4fae-7dec-41d0-a765-00a0c91e6bf6"), OccurredAt = now }], Ct);
        await log.Integrity.SealNowAsync(Ct);

        (await log.EntriesAsync()).Should().Be(3);
        await log.ChainIsWholeAsync();
    }

    [Fact]
    [Guarantee("AuditLog", 1)]
    public async Task A_call_takes_one_to_a_thousand_entries()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);

        var none = () => log.Log.AppendAsync([], Ct);
        var many = () => log.Log.AppendAsync([.. Enumerable.Repeat(TestLog.Entry(), 1_001)], Ct);

        (await none.Should().ThrowAsync<ArgumentException>()).WithMessage("*0 entries*1 to 1000*");
        (await many.Should().ThrowAsync<ArgumentException>()).WithMessage("*1001 entries*1 to 1000*");
    }

    [Fact]
    public async Task In_a_transaction_nobody_can_wait_for_a_seal()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);

        var append = () => log.InTransactionAsync(t => log.Log.AppendAsync(t, TestLog.Entry() with { WaitForSeal = true }, Ct));

        (await append.Should().ThrowAsync<ArgumentException>()).WithMessage("*WaitForSeal*SealNowAsync*");
    }

    public static TheoryData<string, Action<AuditLogOptions>, string> BadOptions => new()
    {
        { "no standard", o => o.Retention.Remove("standard"), "*Retention has no class 'standard'*" },
        { "a class's name", o => o.Retention["No Name"] = TimeSpan.FromDays(1), "*'No Name'*" },
        { "a class's time", o => o.Retention["x"] = TimeSpan.FromHours(1), "*Retention?\"x\"? is 01:00:00*1 day to 100 years*" },
        { "seal", o => o.SealEvery = TimeSpan.Zero, "*SealEvery is 00:00:00*100 ms to a minute*" },
        { "limit", o => o.UnsealedLimit = TimeSpan.Zero, "*UnsealedLimit*10 s to a day*" },
        { "interval", o => o.RetentionInterval = TimeSpan.Zero, "*RetentionInterval*a minute to a day*" },
        { "run", o => o.MaxRun = 1, "*MaxRun is 1*" },
        { "masking", o => o.Masking = (AuditMasking)7, "*Masking is 7*" },
        { "denied", o => o.DeniedKeys.Add(" "), "*DeniedKeys*" },
        { "setting", o => o.TenantSetting = "tenant", "*TenantSetting is 'tenant'*" },
        { "key id", o => o.SigningKeys.Add(new("", System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256))), "*id*1 to 40*" },
        { "key size", o => o.SigningKeys.Add(new("k", System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP384))), "*'k' of 384 bits*P-256*" },
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void A_bad_option_stops_the_start(string what, Action<AuditLogOptions> configure, string expected)
    {
        using var services = new ServiceCollection().AddPostgres(o => o.ConnectionString = "Host=nowhere").AddAuditLog().AddAuditLog(configure).AddLogging().BuildServiceProvider();

        var start = () => services.GetRequiredService<IStartupValidator>().Validate();

        start.Should().Throw<OptionsValidationException>(what).WithMessage(expected);
    }

    [Fact]
    public void A_schema_whose_name_leaves_no_room_for_the_roles_stops_the_start()
    {
        using var services = new ServiceCollection().AddPostgres(o => (o.ConnectionString, o.Schema) = ("Host=nowhere", new string('s', 50))).AddAuditLog().AddLogging().BuildServiceProvider();

        var start = () => services.GetRequiredService<IStartupValidator>().Validate();

        start.Should().Throw<OptionsValidationException>().WithMessage("*PostgresOptions.Schema is 's*of 50 characters*at most 49*");
    }
}
