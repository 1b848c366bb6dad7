namespace Patterns.Postgres;

/// <summary>The tables of the family, as the numbered scripts that the packages carry. At start it runs by itself, as <see cref="PostgresOptions.SchemaMode"/> says.</summary>
public interface ISchema
{
    /// <summary>
    /// Applies what is missing: each script in its own transaction, once, however many instances do this at the same time. When nothing is
    /// missing it costs one SELECT, takes no lock and needs no right to change the schema. A crash at any point leaves whole scripts only; the
    /// next call goes on.
    /// </summary>
    /// <param name="ct">Ends the work between two scripts or by rolling back the present one.</param>
    /// <returns>What was applied now.</returns>
    /// <exception cref="SchemaException">A script failed, was edited after it was applied, is missing in the middle, or the right to apply it is missing.</exception>
    Task<SchemaReport> ApplyAsync(CancellationToken ct = default);

    /// <summary>Compares the database with the scripts and changes nothing.</summary>
    /// <param name="ct">Cancels the query.</param>
    /// <returns>What is missing.</returns>
    /// <exception cref="SchemaException">A script was edited after it was applied, or is missing in the middle.</exception>
    Task<SchemaReport> CheckAsync(CancellationToken ct = default);

    /// <summary>
    /// The scripts as one text for <c>psql</c>, with the same transactions, guards and version rows, for teams that run their own migrations. It
    /// skips what is applied, and what it applied is later recognised as applied.
    /// </summary>
    /// <param name="package">Only this package's scripts (and the kernel's, which they need); <see langword="null"/> for all.</param>
    /// <returns>The text.</returns>
    /// <exception cref="ArgumentException">No scripts are registered under that name.</exception>
    string Print(string? package = null);
}
