using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Patterns.RlsSession;

namespace Tenancy.Tests.RlsSession;

/// <summary>What is refused before anything is sent: the database of these sessions does not exist.</summary>
public sealed class BadInputTests
{
    private static readonly NpgsqlBatch One = new() { BatchCommands = { new("SELECT 1") } };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<TenantScope, string> Scopes => new()
    {
        { new(""), "*TenantScope.TenantId has 0 characters; it takes 1 to 200*" },
        { new(new string('x', 201)), "*TenantScope.TenantId has 201 characters; it takes 1 to 200*" },
        { new("a\0b"), "*TenantScope.TenantId*none of them NUL*" },
        { new("a", ""), "*TenantScope.UserId has 0 characters*" },
        { new("a", "\0"), "*TenantScope.UserId*" },
        { new("a", Role: "postgres"), "*'postgres' is not one of app, auditor*RlsOptions.Roles*" },
        { new("a", Role: "none"), "*'none' is not one of*" },
        { new("a", ClaimsJson: "{}"), "*RlsMode.SupabaseClaims*" },
        { With("role", "x"), "*'role'*two or more parts*" },
        { With("search_path", "x"), "*'search_path'*" },
        { With("session_authorization", "x"), "*'session_authorization'*" },
        { With("plan", "x"), "*'plan'*" },
        { With("pg_x.y", "x"), "*'pg_x.y'*pg_*" },
        { With("App.Plan", "x"), "*'App.Plan'*" },
        { With("app.plan\n", "x"), "*two or more parts*" },
        { With("app.tenant_id", "b"), "*'app.tenant_id', which carries the scope itself*" },
        { With("app.user_id", "b"), "*which carries the scope itself*" },
        { With("app.rls_seal", "b"), "*which carries the scope itself*" },
        { With("app.plan", new string('x', 4_001)), "*'app.plan'*4001 characters; it takes up to 4000*" },
        { With("app.plan", "\0"), "*NUL*" },
        { new("a", Settings: Enumerable.Range(0, 9).ToDictionary(i => $"app.s{i}", _ => "", StringComparer.Ordinal)), "*9 settings; it takes up to 8*" },
    };

    public static TheoryData<NpgsqlBatch, string> Batches => new()
    {
        { new(), "*no statement*" },
        { new() { EnableErrorBarriers = true, BatchCommands = { new("SELECT 1") } }, "*error barrier*" },
        { new() { BatchCommands = { new("SELECT 1"), new("SELECT 2") { AppendErrorBarrier = true }, new("SELECT 3") } }, "*error barrier*" },
        { new(new NpgsqlConnection()) { BatchCommands = { new("SELECT 1") } }, "*a connection of its own*ApplyAsync*" },
        { new() { BatchCommands = { new("SELECT 1") { Parameters = { new("x", 1) { Direction = System.Data.ParameterDirection.Output } } } } }, "Parameter 'x' is not an input*" },
    };

    [Theory, MemberData(nameof(Scopes))]
    [Guarantee("RlsSession", 16)]
    public async Task A_malformed_scope_is_named_with_its_limit(TenantScope scope, string message)
    {
        await using var services = Services();
        var session = services.GetRequiredService<IRlsSession>();

        (await session.Invoking(s => s.ExecuteAsync(scope, One, Ct)).Should().ThrowAsync<ArgumentException>()).WithMessage(message);
        (await session.Invoking(s => s.BeginAsync(scope, ct: Ct).AsTask()).Should().ThrowAsync<ArgumentException>()).WithMessage(message);
    }

    [Theory, MemberData(nameof(Batches))]
    [Guarantee("RlsSession", 16)]
    public async Task A_batch_that_could_lose_its_scope_is_refused(NpgsqlBatch batch, string message)
    {
        await using var services = Services();
        var session = services.GetRequiredService<IRlsSession>();

        (await session.Invoking(s => s.ExecuteAsync(new("a"), batch, Ct)).Should().ThrowAsync<ArgumentException>()).WithMessage(message);
        (await session.Invoking(s => s.ReadAsync(new("a"), batch, Tenants.FirstAsync<int>, Ct)).Should().ThrowAsync<ArgumentException>()).WithMessage(message);
    }

    public static TheoryData<Action<RlsOptions>, string> Options => new()
    {
        { o => o.SettingName = "tenant", "*RlsOptions.SettingName is 'tenant'; it takes two or more parts*" },
        { o => o.SettingName = "search_path", "*RlsOptions.SettingName*" },
        { o => o.UserSettingName = "pg_catalog.user", "*RlsOptions.UserSettingName*" },
        { o => o.UserSettingName = o.SettingName, "*are not three names*" },
        { o => o.SettingName = "request.jwt.claims", "*request.jwt.* holds claims*" },
        { o => o.Role = "none", "*'none', which is no role*" },
        { o => o.Roles.Add(""), "*which is no role*" },
        { o => (o.Mode, o.Role) = (RlsMode.SupabaseClaims, "x"), "*the claims say the role*" },
        { o => { o.Mode = RlsMode.SupabaseClaims; o.Roles.Add("service_role"); }, "*service_role, which sees every tenant*" },
        { o => o.Sealing = Sealing.On, "*Sealing is On without a key*SealKeys.Add*" },
        { o => o.SealKeys.Add(new(1, new byte[31])), "*SealKey 1 has 31 bytes; it takes 32 or more*" },
        { o => o.SealKeys.Add(new(-1, new byte[32])), "*negative id*" },
        { o => { o.SealKeys.Add(new(1, new byte[32])); o.SealKeys.Add(new(1, new byte[33])); }, "*two keys of one id*" },
        { o => o.SealLifetime = TimeSpan.FromSeconds(9), "*SealLifetime is 00:00:09; it takes 10 s to a day*" },
        { o => o.TenantColumn = "", "*RlsOptions.TenantColumn is empty*" },
        { o => o.Request.TenantHostLabel = -1, "*labels are counted from 0*" },
    };

    [Theory, MemberData(nameof(Options))]
    [Guarantee("RlsSession", 16)]
    public async Task A_malformed_option_is_named_with_its_remedy(Action<RlsOptions> configure, string message)
    {
        await using var services = Services(configure);

        var options = () => services.GetRequiredService<IOptions<RlsOptions>>().Value;

        options.Should().Throw<OptionsValidationException>().WithMessage(message);
    }

    [Fact]
    public void A_key_does_not_show_its_secret() => $"{new SealKey(3, "0123456789abcdef0123456789abcdef"u8.ToArray())}".Should().Be("SealKey 3");

    private static TenantScope With(string name, string value) => new("a", Settings: new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });

    private static ServiceProvider Services(Action<RlsOptions>? configure = null) => new ServiceCollection()
        .AddSingleton(NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Timeout=1"))
        .AddRlsSession(o =>
        {
            o.Role = "app";
            o.Roles.Add("auditor");
            configure?.Invoke(o);
        })
        .BuildServiceProvider();
}
