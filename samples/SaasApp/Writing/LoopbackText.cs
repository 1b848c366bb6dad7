using System.Text.RegularExpressions;
using LoopbackModels;

namespace SaasApp;

/// <summary>What the providers of development write: no model, but it streams word by word, tells what it used, and goes on where another one broke off.</summary>
internal static partial class LoopbackText
{
    public const string Marker = "Topic: ";

    public static ModelAnswer Answer(ModelRequest request, TimeSpan pace)
    {
        var topic = Topic().Match(request.Text) is { Success: true } match ? match.Groups["topic"].Value : "nothing at all";
        var words = Words(topic);
        // Whoever is asked to go on gets what was said as part of the request.
        var said = Enumerable.Range(1, words.Length).LastOrDefault(count => request.Text.Contains(string.Concat(words[..count]).TrimEnd(), StringComparison.Ordinal));
        var left = words[(said == words.Length ? 0 : said)..];
        return ModelAnswer.Text(left) with { Usage = new ModelUsage { Input = 1_500, Output = 60 * left.Length }, Pace = pace };
    }

    private static string[] Words(string topic)
    {
        var text = $"Nobody had planned to write about {topic}, and then everybody did. It began with a note on a napkin, went on in a meeting that should have been a walk, and ended as a page that said what it meant. "
            + $"What we know of {topic} fits in three lines: it is older than it looks, it costs less than it seems, and it works only when somebody cares. The rest is patience.";
        return [.. text.Split(' ').Select(static word => word + " ")];
    }

    [GeneratedRegex("Topic: (?<topic>[A-Za-z0-9 ,-]{1,80})", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Topic();
}
