namespace SaasApp;

/// <summary>How the first provider does, for the switches of the page.</summary>
internal enum Mood
{
    Healthy,
    RateLimited,
    Overloaded,
    Slow,
    DiesMidStream,
}
