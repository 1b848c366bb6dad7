namespace Patterns.RlsTesting;

/// <summary>How a policy or table was weakened.</summary>
public enum MutationKind
{
    /// <summary><c>USING (true)</c>, with what was checked on writing left as it was.</summary>
    UsingTrue,

    /// <summary><c>WITH CHECK (true)</c>, with what was visible left as it was.</summary>
    WithCheckTrue,

    /// <summary>A RESTRICTIVE policy dropped.</summary>
    RestrictiveDropped,

    /// <summary><c>NO FORCE ROW LEVEL SECURITY</c>; only where the application's role has the owner's rights, since nobody else would notice.</summary>
    NotForced,

    /// <summary><c>DISABLE ROW LEVEL SECURITY</c>.</summary>
    Disabled,
}
