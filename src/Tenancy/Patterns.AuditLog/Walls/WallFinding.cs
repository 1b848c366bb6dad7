namespace Patterns.AuditLog;

/// <summary>A way past a wall.</summary>
/// <param name="What">What is wrong, with the object's name.</param>
/// <param name="Repair">The SQL that mends it, for an administrator.</param>
internal sealed record WallFinding(string What, string Repair);
