using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Patterns.RlsSession;

/// <summary>The claims and the role of a scope, as PostgREST would set them for the token of its user.</summary>
internal static class SupabaseClaims
{
    public const string SettingName = "request.jwt.claims";
    public const string SettingPrefix = "request.jwt.";
    public const string Authenticated = "authenticated";
    public const string Anonymous = "anon";
    public const string Service = "service_role";

    public static (string Role, string Json) Of(TenantScope scope)
    {
        if (scope.ClaimsJson is null)
        {
            var own = scope.Role ?? (scope.UserId is null ? Anonymous : Authenticated);
            return (own, Write(scope.UserId, own));
        }

        var (sub, claimed) = Read(scope.ClaimsJson);
        // auth.uid() and auth.role() would say otherwise than the scope: whichever is wrong, nothing may run.
        if (sub is not null && scope.UserId is not null && sub != scope.UserId)
            throw ScopeRules.Malformed("TenantScope.ClaimsJson has another sub than TenantScope.UserId. Leave one of them out, or make them equal.", nameof(TenantScope.ClaimsJson));
        if (claimed is not null && scope.Role is not null && claimed != scope.Role)
            throw ScopeRules.Malformed($"TenantScope.ClaimsJson has the role '{claimed}', TenantScope.Role is '{scope.Role}'. Leave one of them out, or make them equal.", nameof(TenantScope.ClaimsJson));

        return (scope.Role ?? claimed ?? (sub is null ? Anonymous : Authenticated), scope.ClaimsJson);
    }

    private static (string? Sub, string? Role) Read(string json)
    {
        if (json.Length > ScopeRules.MaxClaims)
            throw ScopeRules.Malformed($"TenantScope.ClaimsJson has {json.Length} characters; it takes up to {ScopeRules.MaxClaims}.", nameof(TenantScope.ClaimsJson));

        try
        {
            // With two claims of one name, PostgreSQL would go by the last and another reader by the first.
            using var claims = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (claims.RootElement.ValueKind == JsonValueKind.Object)
                return (Text(claims.RootElement, "sub"), Text(claims.RootElement, "role"));
        }
        catch (JsonException)
        {
            // Claims are personal: neither their text nor the parser's excerpt of it may be repeated.
        }

        throw ScopeRules.Malformed("TenantScope.ClaimsJson is not a JSON object without duplicate names.", nameof(TenantScope.ClaimsJson));
    }

    private static string? Text(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Write(string? user, string role)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (user is not null)
                json.WriteString("sub", user);
            json.WriteString("role", role);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
