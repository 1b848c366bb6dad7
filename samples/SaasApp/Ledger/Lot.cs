namespace SaasApp;

/// <summary>A grant, and what is left of it.</summary>
internal sealed record Lot(string Key, string Pool, long Granted, long Remaining, long Held, long Consumed, DateTimeOffset GrantedAt);
