using System.Globalization;
using Xunit.Sdk;
using Xunit.v3;

namespace Support;

/// <summary>Runs tests in the order that the number in <c>PATTERNS_ORDER</c> stands for, since none may need another to come first. Without it, in xunit's.</summary>
public sealed class AnyOrder : ITestCollectionOrderer, ITestCaseOrderer
{
    private static readonly int? Order = int.TryParse(Environment.GetEnvironmentVariable("PATTERNS_ORDER"), CultureInfo.InvariantCulture, out var order) ? order : null;

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => Shuffled(testCollections, static collection => collection.TestCollectionDisplayName);

    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases)
        where TTestCase : notnull, ITestCase => Shuffled(testCases, static test => test.TestCaseDisplayName);

    // xunit sorts by hashes of what includes the folder: sorted by name first, one number stands for one order everywhere.
    private static IReadOnlyCollection<T> Shuffled<T>(IReadOnlyCollection<T> tests, Func<T, string> name)
    {
        if (Order is not { } seed)
            return tests;

        var shuffled = tests.OrderBy(name, StringComparer.Ordinal).ToArray();
        new Random(seed).Shuffle(shuffled);
        return shuffled;
    }
}
