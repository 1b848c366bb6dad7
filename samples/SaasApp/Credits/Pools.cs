namespace SaasApp;

/// <summary>The kinds of credits that tenants have.</summary>
internal static class Pools
{
    public const string Free = "free";
    public const string Paid = "paid";
}
