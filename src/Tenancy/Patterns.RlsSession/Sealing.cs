namespace Patterns.RlsSession;

/// <summary>Whether the database verifies that the application itself has set the scope.</summary>
public enum Sealing
{
    /// <summary>The scope is believed. SQL that an attacker injects can set another tenant.</summary>
    Off,

    /// <summary>
    /// The scope travels with an HMAC-SHA-256 whose key the application's roles cannot read, and <c>patterns.tenant_id()</c> verifies it. Injected SQL cannot forge another tenant,
    /// user or role. Costs some 20 microseconds each time that a statement asks: twice for a table that <see cref="RlsSql.Protect"/> protects, once for each of its two policies.
    /// </summary>
    On,
}
