namespace SaasApp;

/// <summary>A file of this application's own source, as it was compiled.</summary>
/// <param name="Name">Its path, such as <c>Credits/Fulfilment.cs</c>.</param>
/// <param name="Text">All of it.</param>
internal sealed record SourceFile(string Name, string Text)
{
    private const string Begin = "// <shown>";
    private const string End = "// </shown>";

    /// <summary>The file, or null when there is none of that name.</summary>
    public static SourceFile? Find(string? name) => name is not null && Resource.Find("code/" + name) is { } text ? new(name, text) : null;

    /// <summary>The lines that a page speaks of, without their indentation; the whole file where none are marked.</summary>
    public string Shown
    {
        get
        {
            var lines = Text.Split('\n');
            var (first, last) = (Array.FindIndex(lines, static line => line.Trim() == Begin), Array.FindIndex(lines, static line => line.Trim() == End));
            if (first < 0)
                return Text;

            var marked = lines[(first + 1)..last];
            var indentation = marked.Where(static line => line.Trim().Length > 0).Min(static line => line.Length - line.TrimStart().Length);
            return string.Join('\n', marked.Select(line => line.Length < indentation ? "" : line[indentation..]));
        }
    }

    /// <summary>The file without the marks.</summary>
    public string Whole => string.Join('\n', Text.Split('\n').Where(static line => line.Trim() is not (Begin or End)));
}
