using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Patterns.AuditLog;

namespace Tenancy.Tests.AuditLog.Reads;

public sealed class DeniedTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("AuditLog", 14)]
    public async Task A_refused_request_is_an_entry_with_its_route_and_never_its_path_or_query()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        await using var app = await AppAsync(log);
        using var client = new HttpClient { BaseAddress = new(app.Urls.First()) };

        (await client.GetAsync("/patients/4711?token=hidden", Ct)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await client.GetAsync("/login?tenant=x", Ct)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await client.GetAsync("/fine", Ct)).StatusCode.Should().Be(HttpStatusCode.OK);
        await app.StopAsync(Ct);

        var entries = (await log.ScalarAsync<string>("SELECT string_agg(concat_ws(' ', tenant_id, actor_type, actor_id, action, outcome, details), E'\\n' ORDER BY id) FROM {schema}.audit_log_entries")).Split('\n');
        entries.Should().Equal(
            """acme user alice authz.access_denied 2 {"status":403,"method":"GET","route":"/patients/{id}"}""",
            """operator anonymous anonymous authz.access_denied 2 {"status":401,"method":"GET","route":"/login"}""");
        (await log.ScalarAsync<string>("SELECT string_agg(e::text, ' ') FROM {schema}.audit_log_entries e")).Should().NotContain("4711").And.NotContain("hidden").And.Contain("127.0.0.1");
    }

    [Fact]
    [Guarantee("AuditLog", 14)]
    public async Task A_scan_is_a_hundred_entries_a_minute_and_one_with_the_count_of_the_rest()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var log = await TestLog.NewAsync(database.ConnectionString, more: services => services.AddSingleton<TimeProvider>(time));
        await using var app = await AppAsync(log);
        using var client = new HttpClient { BaseAddress = new(app.Urls.First()) };

        for (var i = 0; i < 130; i++)
            await client.GetAsync($"/patients/{i}", Ct);
        await client.GetAsync("/login", Ct);
        await Eventually.HoldsAsync("the count is written when the minute is over", async () =>
        {
            time.Advance(TimeSpan.FromSeconds(10));
            return await log.EntriesAsync() == 102;
        });
        await client.GetAsync("/patients/1", Ct);
        await app.StopAsync(Ct);

        (await log.ScalarAsync<string>("SELECT string_agg(concat_ws(' ', tenant_id, count, n), '; ' ORDER BY n DESC, tenant_id) FROM (SELECT tenant_id, details ->> 'count' AS count, count(*) AS n FROM {schema}.audit_log_entries GROUP BY 1, 2) AS e"))
            .Should().Be("acme 101; acme 30 1; operator 1");
    }

    [Fact]
    public async Task The_count_is_written_when_the_host_stops()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        await using var app = await AppAsync(log, o => o.PerMinute = 2);
        using var client = new HttpClient { BaseAddress = new(app.Urls.First()) };
        for (var i = 0; i < 5; i++)
            await client.GetAsync($"/patients/{i}", Ct);

        foreach (var service in log.Services.GetServices<IHostedService>().Where(static s => s.GetType().Name == "DeniedRequests"))
            await service.StopAsync(Ct);

        (await log.ScalarAsync<string>("SELECT string_agg(coalesce(details ->> 'count', '-'), ' ' ORDER BY id) FROM {schema}.audit_log_entries")).Should().Be("- - 3");
    }

    [Fact]
    public async Task A_response_does_not_depend_on_the_log()
    {
        await using var log = await TestLog.NewAsync(database.ConnectionString);
        await using var app = await AppAsync(log, o => o.Tenant = static _ => throw new InvalidOperationException("no tenant today"));
        using var client = new HttpClient { BaseAddress = new(app.Urls.First()) };

        (await client.GetAsync("/patients/1", Ct)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        log.Captured.Entries.Should().Contain(static e => e.Id == 20);
        FluentActions.Invoking(() => new ApplicationBuilder(log.Services).UseAuditDenied(static o => o.PerMinute = 0)).Should().Throw<ArgumentException>().WithMessage("*PerMinute*1 to 10,000*");
    }

    // An application whose log is the test's.
    private static async Task<WebApplication> AppAsync(TestLog log, Action<AuditDeniedOptions>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var requests = log.Services.GetServices<IHostedService>().Single(static s => s.GetType().Name == "DeniedRequests");
        builder.Services.AddSingleton(requests.GetType(), requests);
        builder.Services.AddSingleton<IHostedService>(_ => requests);
        var app = builder.Build();
        app.UseAuditDenied(configure);
        app.Use((context, next) =>
        {
            if (context.Request.Path.StartsWithSegments("/patients", StringComparison.Ordinal))
                context.User = new ClaimsPrincipal(new ClaimsIdentity([new("tenant_id", "acme"), new("sub", "alice")], "test"));
            return next(context);
        });
        app.MapGet("/patients/{id}", static () => Results.StatusCode(403));
        app.MapGet("/login", static () => Results.StatusCode(401));
        app.MapGet("/fine", static () => Results.Ok());
        await app.StartAsync(Ct);
        return app;
    }
}
