namespace Patterns.LlmCost;

/// <summary>What tenants brought and cost.</summary>
internal sealed class Margins
{
    public IAsyncEnumerable<TenantMargin> ReadAsync(Month month, CancellationToken cancellationToken) => AsyncEnumerable.Empty<TenantMargin>();
}
