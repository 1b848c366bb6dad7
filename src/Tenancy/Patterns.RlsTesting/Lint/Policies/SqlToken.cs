using System.Runtime.InteropServices;

namespace Patterns.RlsTesting;

/// <summary>One token of an expression as the server prints it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its value: a name without its quotes, a string without its own.</param>
/// <param name="Start">Where it begins in the text.</param>
/// <param name="End">Where it ends, exclusive.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SqlToken(SqlTokenKind Kind, string Text, int Start, int End)
{
    public bool Is(string symbolOrKeyword) => Kind is SqlTokenKind.Symbol or SqlTokenKind.Keyword && Text == symbolOrKeyword;
}
