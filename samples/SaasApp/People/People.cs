using Microsoft.AspNetCore.Mvc;
using Patterns.AuditLog;
using Patterns.RlsSession;

namespace SaasApp;

/// <summary>Three tenants with two people each. Whoever the cookie names is signed in: that is the whole sign-in, and a real product has another one in its place.</summary>
internal sealed class People(IHttpContextAccessor http)
{
    private const string Cookie = "person";

    public static IReadOnlyList<string> Tenants { get; } = ["acme", "globex", "umbrella"];

    public static IReadOnlyList<Person> Everybody { get; } =
    [
        new("acme", "alice", "Alice"), new("acme", "adam", "Adam"),
        new("globex", "grace", "Grace"), new("globex", "george", "George"),
        new("umbrella", "uma", "Uma"), new("umbrella", "ulrich", "Ulrich"),
    ];

    /// <summary>Who makes the request at hand.</summary>
    public Person Current => Of(http.HttpContext!);

    /// <summary>The same, as the audit log names people.</summary>
    public AuditActor Actor => new("user", Current.Id);

    // <shown>
    /// <summary>The scope of a request: what Patterns.RlsSession puts on every statement that is made for it.</summary>
    public static TenantScope ScopeOf(HttpContext context)
    {
        var person = Of(context);
        return new TenantScope(person.Tenant, person.Id);
    }
    // </shown>

    public static void MapSignIn(IEndpointRouteBuilder app) => app.MapPost("/sign-in", static (HttpContext context, [FromForm] string person, [FromForm] string from) =>
    {
        if (Find(person) is { } known) context.Response.Cookies.Append(Cookie, known.Key, new() { HttpOnly = true, SameSite = SameSiteMode.Strict });
        return TypedResults.LocalRedirect(from is ['/', not ('/' or '\\'), ..] ? $"~{from}" : "~/");
    });

    private static Person Of(HttpContext context) => Find(context.Request.Cookies[Cookie]) ?? Everybody[0];

    private static Person? Find(string? key) => Everybody.FirstOrDefault(person => person.Key == key);
}
