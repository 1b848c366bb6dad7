using Microsoft.Extensions.Options;

namespace Patterns.LlmCost;

internal sealed class LlmCostOptionsValidator : IValidateOptions<LlmCostOptions>
{
    private const long MinSpillBytes = 1L << 20;
    private const int MinKeyBytes = 16;

    public ValidateOptionsResult Validate(string? name, LlmCostOptions options)
    {
        var failures = new List<string>();
        Demand(Enum.IsDefined(options.Durability), nameof(options.Durability), options.Durability, "Memory or Spill");
        Demand(options.QueueCapacity is >= 1 and <= 1_000_000, nameof(options.QueueCapacity), options.QueueCapacity, "1 to 1,000,000 calls");
        Demand(options.SpillFolder is not "", nameof(options.SpillFolder), "empty", "a folder's path, or null for the default");
        Demand(options.MaxSpillBytes >= MinSpillBytes, nameof(options.MaxSpillBytes), options.MaxSpillBytes, $"{MinSpillBytes} (1 MiB) or more");
        Demand(
            options.Retention >= TimeSpan.FromDays(62) && options.Retention <= TimeSpan.FromDays(36_500), nameof(options.Retention), options.Retention,
            "62 days to a hundred years; the rows of a month must be whole until it is closed");
        Demand(options.ReservationLife >= TimeSpan.FromSeconds(1) && options.ReservationLife <= TimeSpan.FromDays(1), nameof(options.ReservationLife), options.ReservationLife, "1 s to a day");
        Demand(options.MarginThreshold < 1, nameof(options.MarginThreshold), options.MarginThreshold, "below 1; a margin of 1 is revenue without cost");
        Demand(
            options.ErasureKey is null or { Length: >= MinKeyBytes }, nameof(options.ErasureKey), $"{options.ErasureKey?.Length} bytes long",
            $"{MinKeyBytes} bytes or more, such as those of RandomNumberGenerator.GetBytes(32), kept with your other secrets");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Demand(bool valid, string option, object value, string limits)
        {
            if (!valid)
                failures.Add($"LlmCostOptions.{option} is {value}; it takes {limits}.");
        }
    }
}
