using Microsoft.Extensions.Logging;

namespace Patterns.LlmCost;

/// <summary>What the clients take from the ledger that they are given; another implementation of <see cref="ILlmCost"/> leaves them at the defaults.</summary>
internal interface IClientSettings
{
    LlmCostOptions Options { get; }

    TimeProvider Time { get; }

    ILogger Logger { get; }
}
