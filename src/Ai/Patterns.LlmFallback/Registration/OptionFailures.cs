using System.Globalization;
using Microsoft.Extensions.Options;

namespace Patterns.LlmFallback;

/// <summary>Collects what is wrong with options; each failure names its chain or group, the option, the value and what it takes.</summary>
internal sealed class OptionFailures
{
    private readonly List<string> _failures;
    private readonly string _prefix;

    public OptionFailures()
        : this([], "")
    {
    }

    private OptionFailures(List<string> failures, string prefix) => (_failures, _prefix) = (failures, prefix);

    public ValidateOptionsResult Result => _failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_failures);

    public OptionFailures Of(string what) => new(_failures, _prefix.Length == 0 ? what + " " : $"{_prefix.TrimEnd()}, {what} ");

    public void Add(string failure) => _failures.Add(_prefix + failure);

    public void Demand(bool holds, string option, object? value, string takes)
    {
        if (!holds)
            Add(string.Create(CultureInfo.InvariantCulture, $"sets {option} to {value}; it takes {takes}."));
    }

    public void Timer(string option, TimeSpan value, TimeSpan longest) => Demand(value > TimeSpan.Zero && value <= longest, option, value, $"more than 0 and up to {longest.TotalHours:0} hours");

    public void Wait(string option, TimeSpan value, TimeSpan longest) => Demand(value >= TimeSpan.Zero && value <= longest, option, value, $"0 to {longest.TotalHours:0} hours");
}
