namespace Patterns.LlmCost;

/// <summary>
/// What the amounts of Anthropic's cost report are in. The reference says the lowest unit of the currency, so cents (platform.claude.com, Admin API, Cost Report); a day whose cost is known from the console makes sure of it.
/// </summary>
/// <param name="UsdPerUnit">The USD of one unit. Default 0.01.</param>
/// <param name="KnownDay">A day within the pages whose cost is known; null checks nothing.</param>
/// <param name="KnownUsd">What that day cost in USD, to the cent.</param>
public sealed record AnthropicAmounts(decimal UsdPerUnit = 0.01m, DateOnly? KnownDay = null, decimal KnownUsd = 0);
