using System.Collections.Frozen;
using Microsoft.Extensions.Options;

namespace Patterns.CreditLedger;

/// <summary>The pools by name, as the options have them when the application starts.</summary>
internal sealed class LedgerPools(IOptions<CreditLedgerOptions> options)
{
    private readonly FrozenDictionary<string, (PoolKind Kind, int Priority)> _pools = options.Value.Pools.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every pool and its kind.</summary>
    public IEnumerable<(string Name, PoolKind Kind)> All => _pools.Select(static pool => (pool.Key, pool.Value.Kind));

    public int PriorityOf(string name, string parameter) => _pools.TryGetValue(name, out var pool)
        ? pool.Priority
        : throw new ArgumentException($"There is no pool '{name}'; there are: {string.Join(", ", _pools.Keys.Order(StringComparer.Ordinal))}. Name it with CreditLedgerOptions.Pool().", parameter);

    /// <summary>Null for a pool that the options do not name any more.</summary>
    public PoolKind? KindOf(string name) => _pools.TryGetValue(name, out var pool) ? pool.Kind : null;
}
