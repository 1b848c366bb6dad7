using System.Text.Json;
using Npgsql;

namespace Patterns.RlsTesting;

/// <summary>
/// Who the probes are: a tenant, and how the application tells PostgreSQL so inside a transaction. The application's role is taken on beside it with
/// <c>SET LOCAL ROLE</c>, unless the identity names a role of its own.
/// </summary>
public sealed class Identity
{
    private readonly Func<NpgsqlConnection, string, CancellationToken, Task> _apply;

    private readonly Func<NpgsqlConnection, CancellationToken, Task> _clear;

    private Identity(string tenantId, string? role, Func<NpgsqlConnection, string, CancellationToken, Task> apply, Func<NpgsqlConnection, CancellationToken, Task> clear)
    {
        ArgumentException.ThrowIfNullOrEmpty(tenantId);
        (TenantId, Role, _apply, _clear) = (tenantId, role, apply, clear);
    }

    /// <summary>What the tenant column holds in this identity's rows, as text.</summary>
    public string TenantId { get; }

    internal string? Role { get; }

    /// <summary>An application that says its tenant in a setting: <c>set_config(name, value, true)</c>.</summary>
    /// <param name="name">The setting, with a dot, such as <c>app.tenant_id</c>.</param>
    /// <param name="value">The tenant.</param>
    /// <exception cref="ArgumentException">Either is empty, or the name has no dot.</exception>
    public static Identity Setting(string name, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!name.Contains('.', StringComparison.Ordinal))
            throw new ArgumentException($"'{name}' is no custom setting: its name needs a dot, such as app.tenant_id.", nameof(name));
        return new(value, role: null, (connection, tenant, ct) => SetAsync(connection, name, tenant, ct), (connection, ct) => SetAsync(connection, name, "", ct));
    }

    /// <summary>Supabase: the claims of a token in <c>request.jwt.claims</c>, under a role such as <c>authenticated</c>.</summary>
    /// <param name="json">The claims as a JSON object. For a tenant that does not exist, the value <paramref name="tenantId"/> in it is replaced.</param>
    /// <param name="role">The role of the request.</param>
    /// <param name="tenantId">The tenant that the claims stand for: the value of the tenant column, often that of <c>sub</c>.</param>
    /// <exception cref="ArgumentException">The JSON is no object, or does not contain <paramref name="tenantId"/> as a value.</exception>
    public static Identity Claims(string json, string role, string tenantId)
    {
        ArgumentException.ThrowIfNullOrEmpty(json);
        ArgumentException.ThrowIfNullOrEmpty(role);
        ArgumentException.ThrowIfNullOrEmpty(tenantId);
        var value = JsonEncodedText.Encode(tenantId).ToString();
        if (!json.Contains($"\"{value}\"", StringComparison.Ordinal))
            throw new ArgumentException($"The claims do not contain the tenant '{tenantId}' as a value.", nameof(json));
        return new(
            tenantId,
            role,
            (connection, tenant, ct) => SetAsync(connection, "request.jwt.claims", json.Replace($"\"{value}\"", $"\"{JsonEncodedText.Encode(tenant)}\"", StringComparison.Ordinal), ct),
            (connection, ct) => SetAsync(connection, "request.jwt.claims", "", ct));
    }

    /// <summary>Any other way: the delegate scopes the open transaction of the connection to the tenant that it is given.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="apply">Called with the connection, a tenant (this one, one that does not exist, or an empty text for nobody) and the token, inside a transaction, as the administrator, before the role is taken on. What it sets must be local to the transaction.</param>
    public static Identity Custom(string tenantId, Func<NpgsqlConnection, string, CancellationToken, Task> apply)
    {
        ArgumentNullException.ThrowIfNull(apply);
        return new(tenantId, role: null, apply, (connection, ct) => apply(connection, "", ct));
    }

    internal Task ApplyAsync(NpgsqlConnection connection, CancellationToken ct) => _apply(connection, TenantId, ct);

    /// <summary>Takes the tenant away again, where a rollback cannot: what it was set for must stay.</summary>
    internal Task ClearAsync(NpgsqlConnection connection, CancellationToken ct) => _clear(connection, ct);

    /// <summary>The same way of saying it, for another tenant.</summary>
    internal Identity ForTenant(string tenantId) => new(tenantId, Role, _apply, _clear);

    private static async Task SetAsync(NpgsqlConnection connection, string name, string value, CancellationToken ct)
    {
        var command = new NpgsqlCommand("SELECT set_config($1, $2, true)", connection) { Parameters = { new() { Value = name }, new() { Value = value } } };
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}
