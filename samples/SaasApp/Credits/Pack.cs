using System.Globalization;

namespace SaasApp;

/// <summary>Credits that can be bought at once.</summary>
/// <param name="Id">Its name in forms.</param>
/// <param name="Credits">How many.</param>
/// <param name="AmountMinor">The price in US cents.</param>
internal sealed record Pack(string Id, long Credits, long AmountMinor)
{
    public static IReadOnlyList<Pack> All { get; } = [new("small", 1_000, 4_900), new("large", 5_000, 19_900)];

    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Credits:N0} credits for {AmountMinor / 100m:0.00} USD");
}
