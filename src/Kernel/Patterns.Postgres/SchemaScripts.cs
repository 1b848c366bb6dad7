using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Patterns.Postgres;

/// <summary>The scripts that one assembly carries, under the name of its package.</summary>
internal sealed partial class SchemaScripts
{
    private readonly Lazy<IReadOnlyList<SchemaScript>> _scripts;

    public SchemaScripts(string package, Assembly assembly)
    {
        Package = package;
        Assembly = assembly;
        _scripts = new(Read);
    }

    public string Package { get; }

    public Assembly Assembly { get; }

    public IReadOnlyList<SchemaScript> Scripts => _scripts.Value;

    private List<SchemaScript> Read()
    {
        var scripts = new List<SchemaScript>();
        foreach (var resource in Assembly.GetManifestResourceNames())
        {
            var match = FileName().Match(resource);
            if (!match.Success)
                continue;

            using var reader = new StreamReader(Assembly.GetManifestResourceStream(resource)!);
            scripts.Add(new(Package, int.Parse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture), match.Groups["name"].Value, reader.ReadToEnd()));
        }

        if (scripts.Count == 0)
            throw new SchemaException($"Assembly {Assembly.GetName().Name} embeds no schema scripts for '{Package}'. Embed files named Schema/0001_name.sql.", Package);

        scripts.Sort((a, b) => a.Number.CompareTo(b.Number));
        for (var i = 0; i < scripts.Count; i++)
        {
            if (scripts[i].Number != i + 1)
                throw new SchemaException($"The schema scripts of '{Package}' must be numbered 0001, 0002 and so on, each once; {scripts[i].Name} stands where {i + 1:0000} should.", Package, scripts[i].Name);
        }

        return scripts;
    }

    // "Schema/0001_x.sql" as the family embeds it, "Some.Namespace.Schema.0001_x.sql" as the SDK does by itself.
    [GeneratedRegex(@"(?:^|[./\\])Schema[./\\](?<name>(?<number>[0-9]{4})_[A-Za-z0-9_-]+)\.sql\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FileName();
}
