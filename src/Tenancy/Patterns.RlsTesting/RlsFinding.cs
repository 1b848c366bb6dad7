namespace Patterns.RlsTesting;

/// <summary>One thing that the catalogue shows to be unsafe, undecided or slow.</summary>
/// <param name="Rule">The rule's stable id, such as <c>rls-disabled</c>; what <see cref="RlsAuditBuilder.Ignore"/> takes.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Object">What it is about, qualified: <c>public.orders</c>, <c>public.orders.tenant_id</c>, or a role or policy.</param>
/// <param name="Evidence">What was seen in the catalogue.</param>
/// <param name="Repair">SQL that mends it, or a comment that says what to decide.</param>
public sealed record RlsFinding(string Rule, Severity Severity, string Object, string Evidence, string Repair);
