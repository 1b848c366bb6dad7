namespace Patterns.RlsTesting;

/// <summary>Why no row could be made.</summary>
/// <param name="Column">The column that could not be guessed, where the server names one.</param>
/// <param name="Message">The server's words.</param>
internal sealed record FixtureFailure(string? Column, string Message)
{
    public string Describe(string table) => Column is null ? Message : $"column {Column}: {Message}; give it with With(\"{table}\", row => row[\"{Column}\"] = ...)";
}
