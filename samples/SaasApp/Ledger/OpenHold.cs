namespace SaasApp;

/// <summary>Credits that are set aside for work whose cost is not known yet.</summary>
internal sealed record OpenHold(string Key, long Amount, DateTimeOffset ExpiresAt);
