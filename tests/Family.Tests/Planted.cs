namespace Family.Tests;

/// <summary>Types that show each thing that <see cref="ApiText"/> prints.</summary>
public static class Planted
{
    public const int Limit = 200;

    public delegate void Handler(object? sender, ref int count);

    public enum Colour : byte
    {
        Red = 1,
        Green = 2,
    }

    public interface IPort : IDisposable
    {
        string? Name { get; }

        Task<int?> CountAsync(params string[] names);
    }

    public static ValueTask<T?> ReadAsync<T>(this IReadOnlyList<string?> names, T fallback, TimeSpan wait = default, Colour colour = Colour.Green, string text = "a", CancellationToken ct = default)
        where T : class => ValueTask.FromResult(names.Count == 0 ? null : (T?)fallback);

    public sealed record Item(string Key, decimal? Price);

    public abstract class Shape<T> : IPort
        where T : struct, IComparable<T>
    {
        private readonly T _value;

        protected Shape() => _value = default;

        public abstract string? Name { get; }

        public required string Label { get; init; }

        public Task<int?> CountAsync(params string[] names) => Task.FromResult<int?>(names.Length + _value.CompareTo(default));

        public void Dispose() => GC.SuppressFinalize(this);

        public override string ToString() => Label;
    }
}
