namespace Patterns.RlsTesting;

/// <summary>One statement of a probe, all of whose effects are rolled back.</summary>
/// <param name="Command">What it tries.</param>
/// <param name="Expected">What it should see.</param>
/// <param name="Sql">The statement, run as the identity.</param>
internal sealed record ProbeStatement(ProbeCommand Command, ProbeExpectation Expected, string Sql)
{
    /// <summary>The same statement with a WHERE that is true for every row, so that SELECT policies apply besides: what <see cref="Sql"/> reaches beyond it is reached in spite of them.</summary>
    public string? Yardstick { get; init; }

    /// <summary>Run first as the administrator: takes rows out of the way whose foreign keys would stop the statement.</summary>
    public string? Prelude { get; init; }

    /// <summary>That a key is taken tells something: it is neither random nor the number of a sequence.</summary>
    public bool Telling { get; init; }

    /// <summary>Read as the administrator before and after: a fingerprint of the other tenant's rows. When it differs the statement reached them, whatever number of rows it reports.</summary>
    public string? Witness { get; init; }
}
