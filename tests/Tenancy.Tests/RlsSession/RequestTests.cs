using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Patterns.Postgres;
using Patterns.RlsSession;

namespace Tenancy.Tests.RlsSession;

/// <summary>Whose a request is, on a real server. Claims come from a test header, as from an authentication handler.</summary>
public sealed class RequestTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<Action<RlsRequestOptions>, string, string, string, string> Sources => new()
    {
        { _ => { }, "tenant_id=acme&sub=ann", "localhost", "/who", "acme/ann" },
        { _ => { }, $"tenant_id=acme&{ClaimTypes.NameIdentifier}=bob", "localhost", "/who", "acme/bob" },
        { o => o.TenantClaim = "org", "org=acme", "localhost", "/who", "acme/" },
        { o => o.TenantHostLabel = 0, "", "Acme.example.com", "/who", "acme/" },
        { o => o.TenantHostLabel = 0, "", "acme.example.com.", "/who", "acme/" },
        { o => o.TenantHostLabel = 0, "tenant_id=acme", "acme.example.com", "/who", "acme/" },
        { o => o.TenantRouteValue = "tenant", "", "localhost", "/of/acme", "acme/" },
        { o => o.TenantHeader = "X-Tenant", "", "localhost", "/who?header=acme", "acme/" },
        { o => o.Resolve = context => context.Request.Path == "/who" ? new("whoever asks") : null, "", "localhost", "/who", "whoever asks/" },
    };

    public static TheoryData<Action<RlsRequestOptions>, string, string, string> Refused => new()
    {
        { _ => { }, "", "localhost", "/who" },
        { _ => { }, "anonymous&tenant_id=acme", "localhost", "/who" },
        { _ => { }, "tenant_id=", "localhost", "/who" },
        { _ => { }, "tenant_id=acme&tenant_id=globex", "localhost", "/who" },
        { _ => { }, "tenant_id=" + new string('x', 201), "localhost", "/who" },
        { _ => { }, "", "localhost", "/who?header=acme" },
        { o => o.TenantHostLabel = 0, "tenant_id=acme", "globex.example.com", "/who" },
        { o => o.TenantHostLabel = 0, "", "example.com", "/who" },
        { o => o.TenantHostLabel = 0, "", "example.com.", "/who" },
        { o => o.TenantHostLabel = 0, "", "127.0.0.1", "/who" },
        { o => o.TenantRouteValue = "tenant", "tenant_id=acme", "localhost", "/of/globex" },
        { o => o.TenantHeader = "X-Tenant", "tenant_id=acme", "localhost", "/who?header=globex" },
        { o => o.Resolve = _ => null, "tenant_id=acme", "localhost", "/who" },
    };

    [Theory, MemberData(nameof(Sources))]
    [Guarantee("RlsSession", 17)]
    public async Task The_endpoint_runs_as_the_tenant_of_the_request(Action<RlsRequestOptions> configure, string user, string host, string path, string seen)
    {
        await using var app = await StartAsync(configure);

        var (status, text, _) = await GetAsync(app, user, host, path);

        (status, text).Should().Be((HttpStatusCode.OK, seen));
        app.Services.GetRequiredService<ITenantAccessor>().Current.Should().BeNull();
        (await GetAsync(app, "", "localhost", "/anybody")).Text.Should().Be("nobody", "the connection is the same, the request is another");
    }

    [Theory, MemberData(nameof(Refused))]
    [Guarantee("RlsSession", 17)]
    public async Task A_request_without_one_tenant_is_answered_403_where_one_is_required(Action<RlsRequestOptions> configure, string user, string host, string path)
    {
        await using var app = await StartAsync(configure);

        var (status, text, type) = await GetAsync(app, user, host, path);

        status.Should().Be(HttpStatusCode.Forbidden);
        type.Should().Be("application/problem+json");
        text.Should().Contain("The request has no tenant.").And.Contain("403");
        (await GetAsync(app, user, host, path.Replace("/who", "/anybody", StringComparison.Ordinal).Replace("/of/", "/any/", StringComparison.Ordinal))).Text.Should().Be("nobody");
    }

    [Fact]
    public void The_middleware_says_what_it_needs()
    {
        var app = WebApplication.CreateSlimBuilder().Build();

        app.Invoking(a => a.UseRlsTenant()).Should().Throw<InvalidOperationException>().WithMessage("*AddRlsSession*");
    }

    private static async Task<WebApplication> StartAsync(Action<RlsRequestOptions> configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(NpgsqlDataSource.Create("Host=127.0.0.1;Port=1"));
        builder.Services.AddPostgres(o => (o.SchemaMode, o.MaintenanceInterval) = (SchemaMode.Off, Timeout.InfiniteTimeSpan));
        builder.Services.AddRlsSession(o =>
        {
            o.VerifyOnStart = false;
            configure(o.Request);
        });
        var app = builder.Build();
        app.Use((context, next) =>
        {
            var claims = context.Request.Headers["Test-User"].ToString().Split('&', StringSplitOptions.RemoveEmptyEntries);
            context.User = new(new ClaimsIdentity(
                claims.Where(claim => claim.Contains('=', StringComparison.Ordinal)).Select(claim => new Claim(claim.Split('=')[0], claim.Split('=')[1])),
                claims.Length == 0 || claims[0] == "anonymous" ? null : "test"));
            if (context.Request.Query["header"] is [{ } header])
                context.Request.Headers["X-Tenant"] = header;
            return next(context);
        });
        app.UseRouting();
        app.UseRlsTenant();
        var who = (ITenantAccessor accessor) => accessor.Current is { } scope ? $"{scope.TenantId}/{scope.UserId}" : "nobody";
        app.MapGet("/who", who).RequireTenant();
        app.MapGet("/of/{tenant}", [RequireTenant] (ITenantAccessor accessor) => who(accessor));
        app.MapGet("/anybody", who);
        app.MapGet("/any/{tenant}", who);
        await app.StartAsync(Ct);
        return app;
    }

    private static async Task<(HttpStatusCode Status, string Text, string? Type)> GetAsync(WebApplication app, string user, string host, string path)
    {
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Test-User", user);
        request.Headers.Host = host;
        using var response = await client.SendAsync(request, Ct);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Ct), response.Content.Headers.ContentType?.MediaType);
    }
}
