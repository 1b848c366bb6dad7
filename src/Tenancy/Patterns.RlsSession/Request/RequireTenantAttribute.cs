namespace Patterns.RlsSession;

/// <summary>An endpoint that only requests with a tenant reach; <c>UseRlsTenant</c> answers the others 403 as problem+json.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class RequireTenantAttribute : Attribute;
