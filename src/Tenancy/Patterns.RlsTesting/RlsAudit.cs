using Npgsql;

namespace Patterns.RlsTesting;

/// <summary>
/// Proves on a real schema that no tenant reaches another's rows. Every method works in transactions that are rolled back: the database is left as it was, also when the process is killed.
/// Thread-safe; each call takes a connection of its own.
/// </summary>
public sealed class RlsAudit
{
    private readonly AuditPlan _plan;

    internal RlsAudit(AuditPlan plan) => _plan = plan;

    /// <summary>Begins an audit.</summary>
    /// <param name="admin">Connections of whoever may insert into every table and take on the application's roles, such as the tables' owner. The probes themselves never run as this role.</param>
    public static RlsAuditBuilder For(NpgsqlDataSource admin)
    {
        ArgumentNullException.ThrowIfNull(admin);
        return new(admin);
    }

    /// <summary>Looks at the catalogue of the chosen schemas: tables, partitions, views, functions, roles, grants and policies, by rules that each have an id and the SQL that repairs.</summary>
    /// <returns>The findings, worst first, then by object; empty is what you want to see.</returns>
    /// <exception cref="InvalidOperationException">A role or schema that the audit was told does not exist.</exception>
    public Task<IReadOnlyList<RlsFinding>> LintAsync(CancellationToken ct = default) => CatalogueLint.RunAsync(_plan, ct);

    /// <summary>Puts rows of two tenants into every tenant table and tries, as each of them, as nobody, as a visitor and as a tenant that does not exist, to read, write and move the other's rows; and that each reaches its own.</summary>
    public Task<LeakMatrix> ProbeAsync(CancellationToken ct = default) => LeakProbes.RunAsync(_plan, ct);

    /// <summary>Weakens one policy after the other, and tells which of these mutants neither the probes nor <paramref name="extraTest"/> notice. Takes ACCESS EXCLUSIVE locks: for test databases.</summary>
    /// <param name="extraTest">Your own tests: throws when it notices something. Gets the administrator's connection inside the transaction.</param>
    /// <param name="ct">Ends the run; everything is rolled back.</param>
    /// <exception cref="InvalidOperationException">The database was not named in <see cref="RlsAuditBuilder.AllowMutationOn"/>.</exception>
    public Task<MutationReport> MutateAsync(Func<NpgsqlConnection, CancellationToken, Task>? extraTest = null, CancellationToken ct = default) => PolicyMutations.RunAsync(_plan, extraTest, ct);

    /// <summary>A stable text of roles, grants, policies and findings, sorted and free of numbers that differ between databases: for an approved file in the repository, whose diff is the review.</summary>
    /// <exception cref="InvalidOperationException">A role or schema that the audit was told does not exist.</exception>
    public Task<string> SnapshotAsync(CancellationToken ct = default) => CatalogueSnapshot.TakeAsync(_plan, ct);
}
