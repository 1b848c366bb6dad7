namespace Patterns.RlsSession;

/// <summary>How <see cref="RlsSql.Protect"/> protects a table.</summary>
public sealed record ProtectOptions
{
    /// <summary>Who inside the tenant may read and write. Default: <see cref="ProtectShape.TenantOwned"/>.</summary>
    public ProtectShape Shape { get; init; }

    /// <summary>The column that holds the tenant. Default: <c>tenant_id</c>.</summary>
    public string TenantColumn { get; init; } = "tenant_id";

    /// <summary>Its type, such as <c>uuid</c> or <c>bigint</c>; the scope's text is cast to it. Default: <c>text</c>.</summary>
    public string TenantType { get; init; } = "text";

    /// <summary>The column that holds the user, for <see cref="ProtectShape.UserOwned"/> and <see cref="ProtectShape.SharedReadOwnerWrite"/>. Default: <c>user_id</c>.</summary>
    public string UserColumn { get; init; } = "user_id";

    /// <summary>Its type. Default: <c>text</c>.</summary>
    public string UserType { get; init; } = "text";

    /// <summary>The column that says until when a row is visible (NULL for ever), for <see cref="ProtectShape.TimeLimited"/>. Default: <c>expires_at</c>.</summary>
    public string ExpiresColumn { get; init; } = "expires_at";

    /// <summary>The database roles that may write, for <see cref="ProtectShape.RoleGated"/>. Default: none.</summary>
    public IReadOnlyList<string> WriteRoles { get; init; } = [];

    /// <summary>The schema of <c>tenant_id()</c> and <c>user_id()</c>. Default: <c>patterns</c>.</summary>
    public string FunctionSchema { get; init; } = "patterns";
}
