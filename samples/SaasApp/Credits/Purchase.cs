namespace SaasApp;

/// <summary>What became of a purchase that was played.</summary>
/// <param name="Id">The invoice.</param>
/// <param name="Tenant">Who bought.</param>
/// <param name="Pack">What.</param>
/// <param name="Answers">What each delivery was told, in the order of sending.</param>
/// <param name="Payments">How many rows of payments there are for it.</param>
/// <param name="Entries">How many entries of the audit log.</param>
/// <param name="Before">The tenant's credits before it.</param>
/// <param name="After">The tenant's credits after it.</param>
internal sealed record Purchase(string Id, string Tenant, Pack Pack, IReadOnlyList<Purchase.Delivered> Answers, long Payments, long Entries, long Before, long After)
{
    /// <summary>Whether it took effect once, in all three places.</summary>
    public bool IsRight => Payments == 1 && Entries == 1 && After - Before == Pack.Credits;

    /// <param name="Type">The event's type.</param>
    /// <param name="Time">Which delivery of it, from 1.</param>
    /// <param name="Answer">What it was told.</param>
    internal sealed record Delivered(string Type, int Time, ScenarioReport.Answer Answer);
}
