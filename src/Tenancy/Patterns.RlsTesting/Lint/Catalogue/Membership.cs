namespace Patterns.RlsTesting;

/// <summary>One role granted to another.</summary>
/// <param name="Role">What was granted.</param>
/// <param name="Member">Whom it was granted to.</param>
/// <param name="Inherits">The member has the role's privileges without SET ROLE.</param>
/// <param name="MaySet">The member may SET ROLE to it.</param>
internal sealed record Membership(uint Role, uint Member, bool Inherits, bool MaySet);
