namespace Patterns.RlsSession;

/// <summary>What keeps policies from holding, or weakens them, and the SQL that repairs it.</summary>
internal sealed record RlsFinding(bool Fatal, string Fault, string Repair)
{
    public override string ToString() => $"{Fault} {Repair}";
}
