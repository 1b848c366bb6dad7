using System.Numerics;

namespace Patterns.LlmCost;

/// <summary>Spreads whole cents by weight so that they sum exactly: everybody gets the whole cents of their part, and what remains goes to the largest fractions (the method of Hamilton).</summary>
internal static class LargestRemainder
{
    /// <summary>The parts, in the order of the weights; of equal fractions the earlier gets the cent.</summary>
    /// <param name="cents">What is spread; may be negative.</param>
    /// <param name="weights">Not negative, and at least one above zero.</param>
    public static long[] Spread(long cents, IReadOnlyList<BigInteger> weights)
    {
        var whole = weights.Aggregate(BigInteger.Zero, static (sum, weight) => sum + weight);
        var parts = new long[weights.Count];
        var remainders = new BigInteger[weights.Count];
        var left = Math.Abs(cents);
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = (long)BigInteger.DivRem(Math.Abs(cents) * weights[i], whole, out remainders[i]);
            left -= parts[i];
        }

        foreach (var i in Enumerable.Range(0, parts.Length).OrderByDescending(i => remainders[i]).ThenBy(static i => i).Take((int)left))
            parts[i]++;
        return cents < 0 ? [.. parts.Select(static part => -part)] : parts;
    }
}
