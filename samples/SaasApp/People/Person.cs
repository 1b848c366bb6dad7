namespace SaasApp;

/// <summary>Somebody who uses the product, for one of its tenants.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Id">The id within it.</param>
/// <param name="Name">The name.</param>
internal sealed record Person(string Tenant, string Id, string Name)
{
    /// <summary>How forms and the cookie name a person.</summary>
    public string Key => $"{Tenant}/{Id}";
}
