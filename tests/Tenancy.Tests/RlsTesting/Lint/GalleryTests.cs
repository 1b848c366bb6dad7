namespace Tenancy.Tests.RlsTesting.Lint;

public sealed class GalleryTests(PostgresServer server)
{
    public static TheoryData<int, string> Cases
    {
        get
        {
            var cases = new TheoryData<int, string>();
            foreach (var (number, example) in Gallery.Cases.Index())
                cases.Add(number, example.Rule);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases)), Guarantee("RlsTesting", 2), Guarantee("RlsTesting", 3)]
    public async Task A_mistake_is_found_by_its_rule_alone_and_its_repair_leaves_nothing_to_find(int number, string rule)
    {
        var example = Gallery.Cases[number];
        await using var database = await AuditedDatabase.CreateAsync(server, Gallery.Protected, example.Mistake);

        var found = await database.LintAsync();

        var finding = found.Should().ContainSingle().Subject;
        finding.Rule.Should().Be(rule);
        finding.Object.Should().Be(database.Named(example.Object));
        finding.Evidence.Should().NotBeEmpty();

        finding.Repair.StartsWith("-- Decide: ", StringComparison.Ordinal).Should().Be(example.Decision is not null, $"the repair is {finding.Repair}");
        await database.RunAsync(example.Decision ?? finding.Repair);
        (await database.LintAsync()).Should().BeEmpty();
    }

    [Fact, Guarantee("RlsTesting", 2)]
    public async Task What_the_mistakes_are_made_on_has_no_findings()
    {
        await using var database = await AuditedDatabase.CreateAsync(server, Gallery.Protected);

        (await database.LintAsync()).Should().BeEmpty();
    }

    [Fact]
    public void Every_rule_that_the_readme_lists_has_a_mistake()
    {
        var readme = File.ReadAllText(Path.Combine(Clone.Root, "src/Tenancy/Patterns.RlsTesting/README.md"));
        var listed = System.Text.RegularExpressions.Regex.Matches(readme, @"^\| `(?<rule>[a-z-]+)` \|", System.Text.RegularExpressions.RegexOptions.Multiline, TimeSpan.FromSeconds(1)).Select(static row => row.Groups["rule"].Value);

        Gallery.Cases.Select(static example => example.Rule).Append("stale-ignore").Distinct(StringComparer.Ordinal).Should().BeEquivalentTo(listed);
    }
}
