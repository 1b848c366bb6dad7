namespace Family.Tests;

internal static class Findings
{
    /// <summary>Fails with every finding on a line of its own: each names the package or file, the fault and the mend.</summary>
    public static void ShouldBeNone(this IEnumerable<string> findings)
    {
        var all = findings.ToList();
        if (all.Count > 0)
        {
            Assert.Fail(string.Concat(all.Select(static finding => "\n- " + finding)));
        }
    }
}
