using Microsoft.Extensions.Logging;

namespace Patterns.LlmCost;

internal static partial class Log
{
    [LoggerMessage(40, LogLevel.Warning, "Budgets could not be read; the answers known before hold, and it is tried again every few seconds.")]
    public static partial void BudgetsNotWatched(ILogger logger, Exception exception);

    [LoggerMessage(41, LogLevel.Error, "LlmCostOptions.OnBudgetStep failed for a step of {Percent} %; the step is not stored, and is raised again in a few seconds.")]
    public static partial void BudgetStepFailed(ILogger logger, int percent, Exception exception);
}
