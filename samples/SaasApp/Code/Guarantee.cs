using System.Text.RegularExpressions;

namespace SaasApp;

/// <summary>A sentence that a package can be held to, from the README that ships with it.</summary>
/// <param name="Package">The package.</param>
/// <param name="Number">The sentence's number.</param>
/// <param name="Text">The sentence.</param>
internal sealed partial record Guarantee(string Package, int Number, string Text)
{
    /// <param name="sentence">Package and number: <c>CreditLedger 1</c>.</param>
    public static Guarantee Find(string sentence)
    {
        var (package, number) = (sentence.Split(' ')[0], sentence.Split(' ')[1]);
        var name = Array.Find(typeof(Guarantee).Assembly.GetManifestResourceNames(), resource => resource.EndsWith($"/Patterns.{package}/README.md", StringComparison.Ordinal));
        var readme = Resource.Read(name ?? throw new ArgumentException($"There is no package {package}.", nameof(sentence)));
        var section = readme[readme.IndexOf("## Guarantees", StringComparison.Ordinal)..readme.IndexOf("## How it works", StringComparison.Ordinal)];
        var found = Numbered().Matches(section).FirstOrDefault(match => match.Groups["number"].Value == number) ?? throw new ArgumentException($"{package} has no guarantee {number}.", nameof(sentence));
        return new(package, int.Parse(number, System.Globalization.CultureInfo.InvariantCulture), found.Groups["text"].Value.Replace("`", "", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^(?<number>\d+)\. (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Numbered();
}
