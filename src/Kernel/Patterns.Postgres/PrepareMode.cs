namespace Patterns.Postgres;

/// <summary>Whether hot statements are prepared on the server.</summary>
public enum PrepareMode
{
    /// <summary>Prepared on direct connections; not behind a transaction pooler, which is recognised by the process id that it cannot forge.</summary>
    Auto,

    /// <summary>Prepared always. Right for PgBouncer 1.21 and later with <c>max_prepared_statements</c> above 0.</summary>
    Always,

    /// <summary>Never prepared.</summary>
    Never,
}
