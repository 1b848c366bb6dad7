using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>Options outside their limits.</summary>
public sealed class GroupOptionsTests(PostgresDatabase database) : GroupTests(database), IClassFixture<PostgresDatabase>
{
    public static TheoryData<string, string, string> Refused => new()
    {
        { nameof(GroupOptions<>.Lanes), "0", "1 to 16" },
        { nameof(GroupOptions<>.Lanes), "17", "1 to 16" },
        { nameof(GroupOptions<>.MaxBatch), "0", "1 to 10,000" },
        { nameof(GroupOptions<>.MaxBatch), "10001", "1 to 10,000" },
        { nameof(GroupOptions<>.MaxBatchBytes), "0", "1 or more" },
        { nameof(GroupOptions<>.QueueLimit), "0", "1 or more" },
        { nameof(GroupOptions<>.BatchLockTimeout), "00:00:00", "1 ms to an hour" },
        { nameof(GroupOptions<>.BatchLockTimeout), "01:00:00.0010000", "1 ms to an hour" },
        { nameof(GroupOptions<>.CommandTimeout), "00:00:00.9990000", "1 s to an hour" },
        { nameof(GroupOptions<>.CommandTimeout), "01:00:01", "1 s to an hour" },
        { nameof(GroupOptions<>.DrainTimeout), "-00:00:00.0010000", "0 to a day" },
        { nameof(GroupOptions<>.DrainTimeout), "1.00:00:01", "0 to a day" },
        { nameof(GroupOptions<>.QueueFull), "7", "Wait or Reject" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void An_option_outside_its_limits_is_refused_with_its_name_its_value_and_the_limit(string option, string value, string limit)
    {
        var make = () => Group(o =>
        {
            var property = typeof(GroupOptions<Entry>).GetProperty(option)!;
            var converter = System.ComponentModel.TypeDescriptor.GetConverter(property.PropertyType);
            property.SetValue(o, property.PropertyType.IsEnum ? Enum.ToObject(property.PropertyType, 7) : converter.ConvertFromInvariantString(value));
        });

        make.Should().Throw<ArgumentException>().WithMessage($"GroupOptions.{option} of group 'entries' is {value}; it must be {limit}.*");
    }

    [Fact]
    public void Unique_keys_without_a_key_are_refused()
    {
        var make = () => Group(o => o.UniqueKeys = true);

        make.Should().Throw<ArgumentException>().WithMessage("GroupOptions.UniqueKeys of group 'entries' is True*OrderBy*");
    }

    [Fact]
    public void A_group_without_a_clock_is_refused()
    {
        var make = () => Group(o => o.Time = null!);

        make.Should().Throw<ArgumentException>().WithMessage("GroupOptions.Time of group 'entries'*");
    }

    [Fact]
    public void The_defaults_are_those_that_the_documentation_names()
    {
        var options = new GroupOptions<Entry>();

        (options.Lanes, options.MaxBatch, options.MaxBatchBytes, options.QueueLimit, options.QueueFull).Should().Be((2, 512, 1_048_576, 10_000, QueueFullMode.Wait));
        (options.BatchLockTimeout, options.CommandTimeout, options.DrainTimeout).Should().Be((TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10)));
        (options.Time, options.OrderBy, options.BatchBy, options.FairBy, options.SizeOf, options.UniqueKeys).Should().Be((TimeProvider.System, null, null, null, null, false));
    }
}
