using System.Security.Cryptography;
using System.Text;

namespace Patterns.Postgres;

/// <summary>One file <c>Schema/NNNN_name.sql</c>.</summary>
internal sealed class SchemaScript
{
    private const string NoTransaction = "-- patterns: no-transaction";

    public SchemaScript(string package, int number, string name, string text)
    {
        Package = package;
        Number = number;
        Name = name;
        Text = Normalize(text);
        Checksum = SHA256.HashData(Encoding.UTF8.GetBytes(Text));
        RunsAlone = Text.StartsWith(NoTransaction + "\n", StringComparison.Ordinal);
    }

    public string Package { get; }

    public int Number { get; }

    /// <summary>The file's name without its ending: <c>0001_tables</c>.</summary>
    public string Name { get; }

    public string Text { get; }

    /// <summary>Of the text as it is before substitution, so that two schemas have equal checksums.</summary>
    public byte[] Checksum { get; }

    /// <summary>Whether the script is one statement that cannot run in a transaction, such as CREATE INDEX CONCURRENTLY.</summary>
    public bool RunsAlone { get; }

    public override string ToString() => $"{Package}/{Name}";

    public string For(string quotedSchema) => Text.Replace("{schema}", quotedSchema, StringComparison.Ordinal);

    // An editor or a checkout may change these without changing the script.
    private static string Normalize(string text)
    {
        var normal = new StringBuilder(text.Length);
        foreach (var line in text.AsSpan().TrimStart('\uFEFF').EnumerateLines())
            normal.Append(line.TrimEnd()).Append('\n');
        return normal.ToString().TrimEnd('\n') + "\n";
    }
}
