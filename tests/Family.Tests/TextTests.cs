using System.Text.RegularExpressions;

namespace Family.Tests;

/// <summary>The house's rules that the text of a file proves.</summary>
public sealed class TextTests
{
    private static readonly string[] Everywhere = ["src", "tests", "benchmarks", "samples", "build", ".ci"];

    private static readonly TextRule[] Rules =
    [
        new("wall clock in SQL", ["src"], [".cs", ".sql"],
            Matching(@"(?<![\w.}])(?:now|NOW)\(\)|\b(?:clock_timestamp|statement_timestamp|transaction_timestamp)\s*\(|\b(?:CURRENT_TIMESTAMP|CURRENT_DATE|LOCALTIMESTAMP)\b"),
            "ask {schema}.now(), the clock that tests can move") { Exempt = DefinesTheClock },
        new("session SET", ["src"], [".cs"], Matching("""(?:"|;)\s*SET\s+(?!LOCAL\b|TRANSACTION\b|CONSTRAINTS\b)[A-Za-z_]"""), SessionState),
        new("session SET in a script", ["src"], [".sql"], Matching(@"(?:\A|;)\s*SET\s+(?!LOCAL\b|TRANSACTION\b|CONSTRAINTS\b)[A-Za-z_]"), SessionState),
        new("session state", ["src"], [".cs", ".sql"],
            Matching(@"set_config\([^)]*,\s*false\s*\)|\bpg_(?:try_)?advisory_lock(?:_shared)?\b|CREATE\s+(?:LOCAL\s+)?TEMP(?:ORARY)?\s"), SessionState),
        new("random id", ["src", "samples"], [".cs", ".sql"], Matching(@"\bNew" + @"Guid\(|\bgen_random_uuid\b|\buuid_generate_v4\b"), "ids of rows are UUIDv7: Guid.CreateVersion7()"),
        new("wait in a test", ["tests"], [".cs"], Matching(@"\bTask\.De" + @"lay\(|\bThread\.Sl" + @"eep\("), "await a signal, or move a fake clock"),
        new("unfinished work", [.. Everywhere], [], Matching(@"\bTO" + @"DO\b|\bFIX" + @"ME\b|\bHA" + @"CK\b"), "do it or leave it out"),
        new("region", ["src", "tests", "benchmarks", "samples"], [".cs"], Matching(@"^\s*#reg" + "ion"), "give the part a file of its own"),
        new("a machine's path", [.. Everywhere], [], Matching(@"(?<![\w.])/wo" + @"rk/|(?<![\w.])/ro" + @"ot/|/ho" + @"me/\w"), "the project runs anywhere: find the path"),
        new("how it was made", [.. Everywhere], [], Matching(@"\b[Ii]ssue #" + @"\d|\b[Ss]ession \d+\b|\b[Ss]pec item\b|\bthe spec" + @" says\b"), "the project speaks only of itself"),
    ];

    private const string SessionState = "nothing may outlive the transaction, or a pooler gives it to somebody else: SET LOCAL, set_config(..., true), transaction-level locks, no temporary tables";

    public static TheoryData<string> Names => [.. Rules.Select(static rule => rule.Name)];

    [Theory, MemberData(nameof(Names))]
    public void No_file_breaks_the_rule_about(string name) => Rule(name).Problems(Repository.This).ShouldBeNone();

    [Fact]
    public void No_page_at_the_root_breaks_a_rule()
    {
        using var tree = new PlantedTree();
        foreach (var page in Directory.GetFiles(Repository.This.Root).Where(static file => Path.GetExtension(file) is ".md" or ".props" or ".targets" or ".txt" or ".json"))
        {
            tree.Write("build/" + Path.GetFileName(page), File.ReadAllText(page));
        }

        Rules.Where(static rule => rule.Endings.Length == 0).SelectMany(rule => rule.Problems(tree.Repository)).ShouldBeNone();
    }

    [Theory]
    [InlineData("wall clock in SQL", "src/Area/Patterns.Planted/A.cs", "\"SELECT {schema}.now(), {_schema}.now()\"; time.Now()", "\"SELECT now()\"")]
    [InlineData("wall clock in SQL", "src/Area/Patterns.Planted/Schema/0001_a.sql", "-- now()\nSELECT {schema}.now()", "x timestamptz DEFAULT CURRENT_TIMESTAMP")]
    [InlineData("session SET", "src/Area/Patterns.Planted/A.cs", "\"SET LOCAL lock_timeout = 1; UPDATE a SET b = 1\"", "\"SELECT 1; SET lock_timeout = 1\"")]
    [InlineData("session SET in a script", "src/Area/Patterns.Planted/Schema/0001_a.sql", "UPDATE a\nSET b = 1;\nCREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = '' AS '';", "SELECT 1;\nSET search_path = a;")]
    [InlineData("session state", "src/Area/Patterns.Planted/A.cs", "\"SELECT pg_advisory_xact_lock(1), set_config('a', 'b', true)\"", "\"SELECT pg_advisory_lock(1)\"")]
    [InlineData("session state", "src/Area/Patterns.Planted/B.cs", "\"CREATE TABLE a ()\"", "\"CREATE TEMP TABLE a ()\"")]
    [InlineData("session state", "src/Area/Patterns.Planted/C.cs", "\"SELECT 1\"", "\"SELECT set_config('a', $1, false)\"")]
    [InlineData("random id", "src/Area/Patterns.Planted/A.cs", "Guid.CreateVersion7()", "Guid.New" + "Guid()")]
    [InlineData("wait in a test", "tests/Area.Tests/A.cs", "await signal;", "await Task.De" + "lay(5);")]
    [InlineData("unfinished work", "build/test", "echo done", "# TO" + "DO more")]
    [InlineData("region", "samples/A.cs", "#pragma warning", "    #reg" + "ion A")]
    [InlineData("a machine's path", "build/run", "cd $home/work/", "cd /wo" + "rk/main")]
    [InlineData("how it was made", "src/Area/Patterns.Planted/README.md", "An issue of locks.", "As asked in issue #" + "12.")]
    public void A_broken_rule_is_found(string name, string file, string good, string bad)
    {
        using var tree = new PlantedTree().Write(file, good);
        Rule(name).Problems(tree.Repository).Should().BeEmpty();

        tree.Write(file, bad);

        Rule(name).Problems(tree.Repository).Should().ContainSingle().Which.Should().StartWith(file + "(");
    }

    private static TextRule Rule(string name) => Rules.Single(rule => rule.Name == name);

    private static bool DefinesTheClock(string file) =>
        file.EndsWith(".sql", StringComparison.Ordinal) && File.ReadAllText(file).Contains("CREATE FUNCTION {schema}.now()", StringComparison.Ordinal);

    private static Regex Matching(string pattern) => new(pattern, RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
}
