using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>Settings that cannot work are refused when the host starts, and those that nobody set are those of the README.</summary>
public sealed class OptionsTests
{
    public static TheoryData<string, Action<LlmCostOptions>> Wrong => new()
    {
        { "LlmCostOptions.Durability is 9; it takes Memory or Spill.", static o => o.Durability = (LlmCostDurability)9 },
        { "LlmCostOptions.QueueCapacity is 0; it takes 1 to 1,000,000 calls.", static o => o.QueueCapacity = 0 },
        { "LlmCostOptions.QueueCapacity is 1000001; it takes*", static o => o.QueueCapacity = 1_000_001 },
        { "LlmCostOptions.SpillFolder is empty; it takes a folder's path*", static o => o.SpillFolder = "" },
        { "LlmCostOptions.MaxSpillBytes is 1048575; it takes 1048576 (1 MiB) or more.", static o => o.MaxSpillBytes = (1 << 20) - 1 },
        { "LlmCostOptions.Retention is 61.00:00:00; it takes 62 days to a hundred years;*", static o => o.Retention = TimeSpan.FromDays(61) },
        { "LlmCostOptions.ReservationLife is 00:00:00; it takes 1 s to a day.", static o => o.ReservationLife = TimeSpan.Zero },
        { "LlmCostOptions.MarginThreshold is 1; it takes below 1;*", static o => o.MarginThreshold = 1 },
        { "LlmCostOptions.ErasureKey is 15 bytes long; it takes 16 bytes or more*", static o => o.ErasureKey = new byte[15] },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public async Task A_setting_that_cannot_work_stops_the_start_and_is_named_with_its_limits(string message, Action<LlmCostOptions> configure)
    {
        await using var services = new ServiceCollection().AddLlmCost(configure).BuildServiceProvider();

        services.Invoking(static s => s.GetRequiredService<IStartupValidator>().Validate()).Should().Throw<OptionsValidationException>().WithMessage(message);
    }

    [Fact]
    public void What_nobody_sets_is_what_the_README_says()
    {
        var options = new LlmCostOptions();

        (options.RequireTenant, options.Durability, options.QueueCapacity, options.SpillFolder, options.MaxSpillBytes).Should().Be((false, LlmCostDurability.Memory, 10_000, (string?)null, 256L << 20));
        (options.Retention, options.ReservationLife, options.MarginThreshold, options.OnBudgetStep, options.ErasureKey).Should().Be((TimeSpan.FromDays(400), TimeSpan.FromMinutes(15), 0.5m, null, null));
    }
}
