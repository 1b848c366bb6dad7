using Npgsql;

namespace Patterns.RlsTesting;

/// <summary>What an audit looks at and as whom. Made by <see cref="RlsAudit.For"/>; not thread-safe.</summary>
public sealed class RlsAuditBuilder
{
    private readonly NpgsqlDataSource _admin;
    private readonly HashSet<string> _shared = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Action<FixtureRow>> _fixtures = new(StringComparer.Ordinal);
    private readonly List<IgnoredFinding> _ignored = [];
    private readonly HashSet<string> _mutable = new(StringComparer.Ordinal);
    private IReadOnlyList<string> _schemas = ["public"];
    private string? _application;
    private string? _anonymous;
    private string _tenantColumn = "tenant_id";
    private (Identity A, Identity B)? _identities;

    internal RlsAuditBuilder(NpgsqlDataSource admin) => _admin = admin;

    /// <summary>The schemas that are looked at; <c>public</c> unless told.</summary>
    public RlsAuditBuilder Schemas(params string[] schemas)
    {
        ArgumentNullException.ThrowIfNull(schemas);
        if (schemas.Length == 0 || schemas.Any(string.IsNullOrEmpty))
            throw new ArgumentException("Name one schema or more, none of them empty.", nameof(schemas));
        _schemas = [.. schemas];
        return this;
    }

    /// <summary>The role that the application's statements run as, and the one of visitors who are not signed in, if there is one. Required.</summary>
    public RlsAuditBuilder Roles(string app, string? anonymous = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(app);
        (_application, _anonymous) = (app, anonymous);
        return this;
    }

    /// <summary>The column that names a row's tenant; <c>tenant_id</c> unless told.</summary>
    public RlsAuditBuilder TenantColumn(string column)
    {
        ArgumentException.ThrowIfNullOrEmpty(column);
        _tenantColumn = column;
        return this;
    }

    /// <summary>Two tenants that the probes play against each other. Required for <see cref="RlsAudit.ProbeAsync"/> and <see cref="RlsAudit.MutateAsync"/>.</summary>
    /// <exception cref="ArgumentException">Both are the same tenant.</exception>
    public RlsAuditBuilder As(Identity tenantA, Identity tenantB)
    {
        ArgumentNullException.ThrowIfNull(tenantA);
        ArgumentNullException.ThrowIfNull(tenantB);
        if (tenantA.TenantId == tenantB.TenantId)
            throw new ArgumentException($"Both identities are tenant '{tenantA.TenantId}': a leak between them could not be seen. Name two tenants.", nameof(tenantB));
        _identities = (tenantA, tenantB);
        return this;
    }

    /// <summary>Tables that all tenants share on purpose, such as <c>public.currencies</c>. Every table without a tenant column and without a policy must be here, or it is a finding.</summary>
    public RlsAuditBuilder Shared(params string[] tables)
    {
        ArgumentNullException.ThrowIfNull(tables);
        _shared.UnionWith(tables);
        return this;
    }

    /// <summary>Values for the rows that the probes put into a table, where they cannot be guessed from types and constraints.</summary>
    /// <param name="table">The table, qualified: <c>public.orders</c>.</param>
    /// <param name="row">Called for each row that is made; sets what it must.</param>
    public RlsAuditBuilder With(string table, Action<FixtureRow> row)
    {
        ArgumentException.ThrowIfNullOrEmpty(table);
        ArgumentNullException.ThrowIfNull(row);
        _fixtures[table] = row;
        return this;
    }

    /// <summary>Accepts one finding for a reason. One that is ignored and no longer found is a finding itself (<c>stale-ignore</c>). A leak of the matrix is accepted under <c>leak-</c> and its command, such as <c>leak-select</c> on a table that all tenants may read.</summary>
    /// <param name="ruleId">The rule.</param>
    /// <param name="obj">The object, as the finding names it.</param>
    /// <param name="because">Why, in 10 characters or more.</param>
    public RlsAuditBuilder Ignore(string ruleId, string obj, string because)
    {
        ArgumentException.ThrowIfNullOrEmpty(ruleId);
        ArgumentException.ThrowIfNullOrEmpty(obj);
        if (because is not { Length: >= 10 })
            throw new ArgumentException($"Say in 10 characters or more why '{ruleId}' may be ignored on {obj}.", nameof(because));
        _ignored.Add(new(ruleId, obj, because));
        return this;
    }

    /// <summary>A test database on which <see cref="RlsAudit.MutateAsync"/> may weaken policies, inside a transaction that locks their tables and is rolled back.</summary>
    public RlsAuditBuilder AllowMutationOn(string database)
    {
        ArgumentException.ThrowIfNullOrEmpty(database);
        _mutable.Add(database);
        return this;
    }

    /// <summary>The audit.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Roles"/> was not called.</exception>
    public RlsAudit Build() => new(new AuditPlan(
        _admin,
        _schemas,
        _application ?? throw new InvalidOperationException("Name the application's role with Roles(...): a test as the owner proves nothing."),
        _anonymous,
        _tenantColumn,
        _identities,
        _shared,
        _fixtures,
        _ignored,
        _mutable));
}
