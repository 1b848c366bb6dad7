namespace Patterns.AuditLog;

/// <summary>What is masked in documents before they are stored. A value is masked where all of it is an address.</summary>
public enum AuditMasking
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>E-mail addresses as <c>j******e@example.com</c> (<c>**@example.com</c> where two characters or fewer stand before the @), IPv4 as <c>192.168.xxx.xxx</c>, IPv6 cut to its first 48 bits.</summary>
    Standard,
}
