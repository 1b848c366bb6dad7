using Patterns.Postgres;

namespace Patterns.RlsSession;

/// <summary>Prints SQL for those who run their own migrations. Nothing here connects to a database.</summary>
public static class RlsSql
{
    /// <summary>
    /// The functions <c>tenant_id()</c> and <c>user_id()</c> that policies ask, as the options want them. Where <see cref="PostgresOptions.SchemaMode"/> is <see cref="SchemaMode.Apply"/> the start
    /// of the host runs the same text. May be run again.
    /// </summary>
    /// <param name="options">The options: setting names, <see cref="RlsOptions.RaiseWhenUnset"/>, sealing and roles count.</param>
    /// <param name="schema">The family's schema.</param>
    /// <returns>The statements. They need the tables of the package (<see cref="ISchema.Print"/>), and the roles of the options.</returns>
    public static string InstallFunctions(RlsOptions options, string schema = "patterns")
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(schema);
        return FunctionText.Functions(options, schema);
    }

    /// <summary>Lets the database accept seals made with a key, or says until when. The text holds what is derived from the secret: treat it as the secret.</summary>
    /// <param name="key">The key.</param>
    /// <param name="notAfter">From when its seals are refused; <see langword="null"/> for never.</param>
    /// <param name="schema">The family's schema.</param>
    /// <returns>The statements. They fail, and change nothing, when another secret has the key's id.</returns>
    /// <exception cref="ArgumentException">The key is malformed.</exception>
    public static string InstallKey(SealKey key, DateTimeOffset? notAfter = null, string schema = "patterns")
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentException.ThrowIfNullOrEmpty(schema);
        if (RlsOptionsValidator.Problem(key) is { } problem)
            throw new ArgumentException(problem, nameof(key));
        return KeyText.Install(key, notAfter, schema);
    }

    /// <summary>
    /// The script that protects a table, to be read and run by its owner: row-level security enabled and forced, a restrictive policy that pins the tenant, one permissive policy for each command,
    /// an index with the tenant first where none leads with it, <c>security_invoker</c> on the views that show the table, and the same for each of its partitions. May be run again, as it should be
    /// when partitions were added to which roles have grants of their own.
    /// </summary>
    /// <param name="table">The table, or the parent of the partitions: <c>orders</c>, <c>app.orders</c> or <c>"App"."Orders"</c>, as in SQL.</param>
    /// <param name="options">The shape and the columns; <see langword="null"/> for a table whose rows belong to tenants as a whole.</param>
    /// <returns>The script.</returns>
    /// <exception cref="ArgumentException">The table's name or an option is malformed.</exception>
    public static string Protect(string table, ProtectOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(table);
        return ProtectText.Print(table, options ?? new());
    }
}
