using System.Net;
using Npgsql;
using Patterns.DevServers;

namespace Children;

/// <summary>
/// Starts a server, says so, and keeps it until its input ends. Arguments: <c>postgres</c> or <c>redis</c>, then options as <c>name=value</c>.
/// Says <c>ready</c>, the connection string and the server's directory, or <c>failed</c>, the exception's type and its message, each in a line.
/// </summary>
internal static class DevServer
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = arguments.Skip(1).Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        try
        {
            Console.WriteLine("starting");
            if (arguments[0] == "postgres") await PostgresAsync(options);
            else await RedisAsync(options);
            return 0;
        }
        catch (Exception error)
        {
            Say("failed", error.GetType().Name, error.Message);
            return 1;
        }
    }

    private static async Task PostgresAsync(Dictionary<string, string> given)
    {
        var options = new DevPostgresOptions
        {
            Tcp = given.ContainsKey("tcp"),
            Durable = given.ContainsKey("durable"),
            CacheDirectory = given.GetValueOrDefault("cache"),
        };
        Common(options, given);
        await using var server = await DevServers.StartPostgresAsync(options);
        await using var source = NpgsqlDataSource.Create(server.ConnectionString());
        await using var command = source.CreateCommand("SELECT current_setting('data_directory')");
        Say("ready", server.ConnectionString(), Path.GetDirectoryName((string)(await command.ExecuteScalarAsync())!)!);
        while (await Console.In.ReadLineAsync() is { } line) await ObeyAsync(line, server);
    }

    private static async Task ObeyAsync(string line, DevPostgres server)
    {
        switch (line)
        {
            case "kill":
                await server.KillAsync();
                break;
            case "restart":
                await server.RestartAsync();
                break;
            case "database":
                Say((await server.CreateDatabaseAsync()).Name);
                return;
        }
        Say("done");
    }

    private static async Task RedisAsync(Dictionary<string, string> given)
    {
        var options = new DevRedisOptions();
        Common(options, given);
        await using var server = await DevServers.StartRedisAsync(options);
        Say("ready", server.ConnectionString, server.Version.ToString());
        while (await Console.In.ReadLineAsync() is not null)
        {
        }
    }

    private static void Common(ServerOptions options, Dictionary<string, string> given)
    {
        options.BinDirectory = given.GetValueOrDefault("bin");
        options.DockerImage = given.GetValueOrDefault("image");
        options.Directory = given.GetValueOrDefault("directory");
        options.KeepOnFailure = given.ContainsKey("keep");
    }

    /// <summary>A line for each, whatever is in it.</summary>
    private static void Say(params ReadOnlySpan<string> parts)
    {
        foreach (var part in parts) Console.WriteLine(WebUtility.UrlEncode(part).Replace('+', ' '));
    }
}
