using Microsoft.Extensions.Options;

namespace Patterns.CreditLedger;

internal sealed class CreditLedgerOptionsValidator : IValidateOptions<CreditLedgerOptions>
{
    private static readonly TimeSpan TenYears = TimeSpan.FromDays(3_653);

    public ValidateOptionsResult Validate(string? name, CreditLedgerOptions options)
    {
        var failures = new List<string>();
        if (options.Pools.Count == 0)
            failures.Add("CreditLedgerOptions has no pool. Name at least one, such as o.Pool(\"paid\", PoolKind.Paid).");
        Demand(nameof(options.KeyRetention), options.KeyRetention, TimeSpan.FromDays(35), TenYears, "35 days to 10 years; payment providers report and retry for a month");
        Demand(nameof(options.RefundGrace), options.RefundGrace, TimeSpan.FromDays(1), TenYears, "1 day to 10 years");
        Demand(nameof(options.SweepInterval), options.SweepInterval, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), "1 s to a day");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Demand(string option, TimeSpan value, TimeSpan min, TimeSpan max, string limits)
        {
            if (value < min || value > max)
                failures.Add($"CreditLedgerOptions.{option} is {value}; it takes {limits}.");
        }
    }
}
