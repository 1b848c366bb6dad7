namespace Patterns.RlsSession;

/// <summary>A statement was to run through <see cref="TenantDataSource"/> while <see cref="ITenantAccessor.Current"/> was empty. Nothing was sent.</summary>
public sealed class TenantNotSetException : InvalidOperationException
{
    internal TenantNotSetException()
        : base("No tenant is set, so nothing was sent. Enter a scope first: ITenantAccessor.Enter(...), or app.UseRlsTenant() before the endpoint.")
    {
    }
}
