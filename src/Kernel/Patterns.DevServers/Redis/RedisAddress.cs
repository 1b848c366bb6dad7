using System.Globalization;

namespace Patterns.DevServers;

/// <summary>Where a Redis server is, as far as DevServers itself needs it.</summary>
internal sealed record RedisAddress(string Host, int Port, string? User, string? Password)
{
    private const int DefaultPort = 6379;

    /// <summary>Reads a configuration string of StackExchange.Redis: comma-separated, end points first, then <c>name=value</c>.</summary>
    public static RedisAddress Parse(string configuration)
    {
        var parts = configuration.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var endPoint = parts.FirstOrDefault(part => !part.Contains('=', StringComparison.Ordinal));
        if (endPoint is null || endPoint.Contains('/', StringComparison.Ordinal))
            throw new ArgumentException($"{RedisSource.Variable} is not a configuration string of StackExchange.Redis, such as \"localhost:6379,password=...\".", nameof(configuration));
        var colon = endPoint.LastIndexOf(':');
        var hasPort = int.TryParse(endPoint.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && colon > 0;
        return new RedisAddress(hasPort ? endPoint[..colon].Trim('[', ']') : endPoint, hasPort ? port : DefaultPort, Value("user"), Value("password"));

        string? Value(string name) => parts.Select(part => part.Split('=', 2)).FirstOrDefault(pair => pair.Length == 2 && pair[0].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))?[1];
    }
}
