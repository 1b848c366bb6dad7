namespace Patterns.LlmCost;

/// <summary>What a provider charges for a month.</summary>
/// <param name="Id">Its id, such as the invoice's number: 1 to 200 characters. The same id again replaces what was stored under it.</param>
/// <param name="Provider">The provider as calls are booked: 1 to 100 characters.</param>
/// <param name="Month">The month; all lines are within it. Put all accounts at the provider that your calls use into one statement.</param>
/// <param name="Lines">What it is made of.</param>
public sealed record ProviderStatement(string Id, string Provider, Month Month, IReadOnlyList<StatementLine> Lines)
{
    /// <summary>The invoice's total in whole cents; null (default) takes the sum of the lines, rounded to the cent (halves away from zero).</summary>
    public decimal? InvoiceUsd { get; init; }

    /// <summary>Reads pages of OpenAI's organization API: <c>/v1/organization/costs</c> grouped by line item, and <c>/v1/organization/usage/completions</c> (or another usage page with tokens) grouped by model, both with buckets of one day.</summary>
    /// <param name="id">The statement's id.</param>
    /// <param name="month">The month; what the pages hold of other months is left out.</param>
    /// <param name="costPages">The JSON of all cost pages.</param>
    /// <param name="usagePages">The JSON of all usage pages; empty for none.</param>
    /// <param name="provider">The provider as calls are booked.</param>
    /// <exception cref="InvalidDataException">A page is not of that shape, or an amount is not in USD; the message names the place.</exception>
    public static ProviderStatement FromOpenAI(string id, Month month, IEnumerable<string> costPages, IEnumerable<string> usagePages, string provider = "openai") =>
        new(id, provider, month, OpenAIPages.Read(month, costPages, usagePages));

    /// <summary>
    /// Reads pages of Anthropic's admin API: <c>/v1/organizations/cost_report</c> grouped by description, and <c>/v1/organizations/usage_report/messages</c> grouped by model, both with buckets of one day. Their gaps are the provider's:
    /// costs leave out the priority tier, usage leaves out code execution and does not tell requests.
    /// </summary>
    /// <param name="id">The statement's id.</param>
    /// <param name="month">The month; what the pages hold of other months is left out.</param>
    /// <param name="costPages">The JSON of all cost pages.</param>
    /// <param name="usagePages">The JSON of all usage pages; empty for none.</param>
    /// <param name="amounts">The unit of the amounts, and what it is checked against; null for cents, unchecked.</param>
    /// <param name="provider">The provider as calls are booked.</param>
    /// <exception cref="InvalidDataException">A page is not of that shape, an amount is not in USD, or the known day shows another amount than the unit makes of it; the message names the place.</exception>
    public static ProviderStatement FromAnthropic(string id, Month month, IEnumerable<string> costPages, IEnumerable<string> usagePages, AnthropicAmounts? amounts = null, string provider = "anthropic") =>
        new(id, provider, month, AnthropicPages.Read(month, costPages, usagePages, amounts ?? new AnthropicAmounts()));
}
