namespace Patterns.RlsTesting;

/// <summary>A policy of a table.</summary>
/// <remarks>
/// Command: as <c>pg_policy.polcmd</c>: r, a, w, d, or * for all.
/// Roles: whom it is for; 0 is PUBLIC.
/// </remarks>
internal sealed record Policy(string Name, bool IsPermissive, char Command, IReadOnlyList<uint> Roles, PolicyExpression? Using, PolicyExpression? Check)
{
    /// <summary>SELECT, INSERT, UPDATE and DELETE as <c>polcmd</c> has them.</summary>
    public const string Commands = "rawd";

    /// <summary>Of these, the ones that it is about.</summary>
    public string Covers => Command == '*' ? Commands : Command.ToString();

    public string CommandText => Text(Command);

    public static string Text(char command) => command switch { 'r' => "SELECT", 'a' => "INSERT", 'w' => "UPDATE", 'd' => "DELETE", _ => "ALL" };

    /// <summary>The expressions that rows of a command must pass: those that are there before, and those that the command leaves.</summary>
    public IEnumerable<PolicyExpression?> On(char command) => command switch
    {
        'a' => [Check ?? Using],
        'w' => [Using, Check ?? Using],
        _ => [Using],
    };
}
