#:project ../../src/Kernel/Patterns.DevServers/Patterns.DevServers.csproj
#:property PublishAot=false
// The figures in the README of Patterns.DevServers: dotnet run benchmarks/DevServers/measure.cs [rounds]
// Prints medians in milliseconds, in a process that has started a server before; the first line is that of a fresh process.
using System.Diagnostics;
using System.Globalization;
using Patterns.DevServers;

if (OperatingSystem.IsWindows()) return;
var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 11;
var times = new Dictionary<string, List<double>>(StringComparer.Ordinal);
for (var round = 0; round <= rounds; round++)
{
    var first = round == 0 ? " (first in its process)" : "";
    var postgres = await MeasureAsync("PostgreSQL, warm" + first, () => DevServers.StartPostgresAsync(new DevPostgresOptions { Shared = false }));
    var template = await postgres.TemplateAsync("measured", (_, _) => Task.CompletedTask);
    await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System); // the spare is ready
    await MeasureAsync("database with a spare" + first, () => postgres.CreateDatabaseAsync(template));
    await MeasureAsync("database without a spare" + first, () => postgres.CreateDatabaseAsync("template1"));
    await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
    await MeasureAsync("PostgreSQL, stopped and removed" + first, async () =>
    {
        await postgres.DisposeAsync();
        return 0;
    });
    var redis = await MeasureAsync("Redis" + first, () => DevServers.StartRedisAsync(new DevRedisOptions { Shared = false }));
    await redis.DisposeAsync();
    if (round % 4 != 1) continue;
    var cache = Directory.CreateTempSubdirectory("measure-").FullName;
    File.SetUnixFileMode(cache, (UnixFileMode)0x1FF);
    await using (await MeasureAsync("PostgreSQL, cold", () => DevServers.StartPostgresAsync(new DevPostgresOptions { Shared = false, CacheDirectory = cache })))
    {
    }
    Directory.Delete(cache, recursive: true);
}
foreach (var (name, values) in times.OrderBy(pair => pair.Key, StringComparer.Ordinal))
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-60} {values.Order().ElementAt(values.Count / 2),8:0.0} ms (n = {values.Count})"));

async Task<T> MeasureAsync<T>(string name, Func<Task<T>> work)
{
    var start = Stopwatch.GetTimestamp();
    var result = await work();
    if (!times.TryGetValue(name, out var values)) times[name] = values = [];
    values.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    return result;
}
