namespace Family.Tests;

public sealed class PublicApiTests
{
    [Theory, ClassData(typeof(EveryPackage))]
    public async Task The_public_surface_is_the_approved_one(string name)
    {
        var package = Repository.This[name];
        var actual = ApiText.Of(package.Assembly.GetTypes());
        if (Environment.GetEnvironmentVariable("PATTERNS_ACCEPT_API") == "1")
        {
            await File.WriteAllTextAsync(package.PublicApi, actual, TestContext.Current.CancellationToken);
        }

        File.Exists(package.PublicApi).Should().BeTrue($"{package.FullName} needs a PublicApi.txt: run build/test --accept-api and commit it");
        var approved = await File.ReadAllTextAsync(package.PublicApi, TestContext.Current.CancellationToken);
        Differences(package.FullName, approved, actual).ShouldBeNone();
    }

    [Fact]
    public void A_changed_line_is_found()
    {
        Differences("Patterns.Planted", "public class A\n    int B()\n", "public class A\n    int B()\n").Should().BeEmpty();
        Differences("Patterns.Planted", "public class A\n    int B()\n", "public class A\n    long B()\n").Should().HaveCount(3)
            .And.ContainMatch("Patterns.Planted:*gone*int B()").And.ContainMatch("Patterns.Planted:*new*long B()");
    }

    [Fact]
    public void The_text_says_all_that_a_caller_can_depend_on() => ApiText.Of(typeof(Planted).GetNestedTypes().Append(typeof(Planted))).Should().Be(
        """
        namespace Family.Tests

        public static class Planted
            const int Limit = 200
            static ValueTask<T?> ReadAsync<T>(this IReadOnlyList<string?> names, T fallback, TimeSpan wait = default, Planted.Colour colour = Colour.Green, string text = "a", CancellationToken ct = default) where T : class

        public enum Planted.Colour : byte
            Red = 1
            Green = 2

        public delegate void Planted.Handler(object? sender, ref int count)

        public interface Planted.IPort : IDisposable
            Task<int?> CountAsync(params string[] names)
            string? Name { get; }

        public sealed record Planted.Item
            new(string Key, decimal? Price)
            string Key { get; init; }
            decimal? Price { get; init; }

        public abstract class Planted.Shape<T> : Planted.IPort where T : struct, IComparable<T>
            protected new()
            Task<int?> CountAsync(params string[] names)
            void Dispose()
            required string Label { get; init; }
            abstract string? Name { get; }
            override string ToString()

        """.ReplaceLineEndings("\n"));

    private static IEnumerable<string> Differences(string package, string approved, string actual)
    {
        var before = approved.Split('\n').Where(static line => line.Length > 0).CountBy(static line => line, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var after = actual.Split('\n').Where(static line => line.Length > 0).CountBy(static line => line, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var gone = before.Where(line => after.GetValueOrDefault(line.Key) < line.Value).Select(line => $"{package}: gone from the public surface: {line.Key.Trim()}");
        var fresh = after.Where(line => before.GetValueOrDefault(line.Key) < line.Value).Select(line => $"{package}: new in the public surface: {line.Key.Trim()}");
        var all = gone.Concat(fresh).ToList();
        return all.Count == 0 ? all : all.Append("if all that is meant, run build/test --accept-api and commit PublicApi.txt");
    }
}
