using System.Globalization;

namespace Patterns.RlsTesting;

/// <summary>Which weakened policies were noticed.</summary>
/// <param name="Mutants">By table and policy.</param>
public sealed record MutationReport(IReadOnlyList<Mutant> Mutants)
{
    /// <summary>Those that neither the probes nor your own test noticed: either nothing holds these policies to their word, or others make them superfluous.</summary>
    public IReadOnlyList<Mutant> Survived => [.. Mutants.Where(m => !m.IsKilled)];

    /// <summary>Those that your own test alone would have missed.</summary>
    public IReadOnlyList<Mutant> MissedByTest => [.. Mutants.Where(m => !m.NoticedByTest)];

    /// <summary>The share of mutants that were noticed, from 0 to 1; 0 when there was none.</summary>
    public double Score => Mutants.Count == 0 ? 0 : Mutants.Count(m => m.IsKilled) / (double)Mutants.Count;

    /// <summary>Fails a test, in any framework.</summary>
    /// <param name="score">From 0 to 1.</param>
    /// <exception cref="RlsUnsafeException">The score is lower; the message lists what survived.</exception>
    /// <exception cref="ArgumentOutOfRangeException">It is not from 0 to 1.</exception>
    public void ThrowIfBelow(double score)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(score);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(score, 1);
        if (Score >= score)
            return;
        throw new RlsUnsafeException(Mutants.Count == 0
            ? "There was no policy to weaken in any tenant table, so that nothing is proved."
            : string.Create(CultureInfo.InvariantCulture, $"{Survived.Count} of {Mutants.Count} weakened policies were not noticed (score {Score:0.00}, asked for {score:0.00}):") + string.Concat(Survived.Select(m => $"\n  {m}")));
    }
}
