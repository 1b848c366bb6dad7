using System.Runtime.Versioning;
using System.Security.Cryptography;
using Npgsql;

namespace Patterns.DevServers;

/// <summary>Finds where a PostgreSQL server comes from, and gets one from there.</summary>
internal static class PostgresSource
{
    public const string Variable = "PATTERNS_POSTGRES";
    private const string DefaultImage = "postgres:17";

    public static async Task<PostgresServer> StartAsync(DevPostgresOptions options)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given) return await PostgresServer.OpenAsync(Parse(given), options.TimeProvider).ConfigureAwait(false);
        var abandoned = Task.Run(() => Place.RemoveAbandoned(options.TimeProvider, options.Directory, OperatingSystem.IsWindows() ? null : DataDirectoryCache.Root(options)));
        try
        {
            if (options.DockerImage is null && !OperatingSystem.IsWindows() && PostgresBinaries.Find(options.BinDirectory) is { } binaries)
                return await StartLocallyAsync(binaries, options).ConfigureAwait(false);
            if (!OperatingSystem.IsWindows() && await Docker.FindAsync(options.TimeProvider).ConfigureAwait(false) is { } docker) return await StartInDockerAsync(docker, options).ConfigureAwait(false);
        }
        finally
        {
            await abandoned.ConfigureAwait(false);
        }
        throw InstallHint.NotFound(
            "PostgreSQL", Variable, "Host=localhost;Username=postgres;Password=...", (Apt: "postgresql", Dnf: "postgresql-server", Apk: "postgresql", Brew: "postgresql@17"));
    }

    [UnsupportedOSPlatform("windows")]
    private static async Task<PostgresServer> StartLocallyAsync(PostgresBinaries binaries, DevPostgresOptions options)
    {
        var user = await ServerUser.FindAsync(options.TimeProvider).ConfigureAwait(false);
        var cache = new DataDirectoryCache(binaries, user, options);
        var cached = await cache.GetAsync().ConfigureAwait(false);
        var server = await LocalStart.StartAsync(
            "postgres", user, options, (directory, socket, port) => new LocalPostgres(binaries, user, directory, socket, cached, port, options), DiscardAsync).ConfigureAwait(false);
        return await OrDisposeAsync(server, async () =>
        {
            var connectionString = new NpgsqlConnectionStringBuilder { Host = server.SocketDirectory, Port = server.Port, Username = "postgres", Database = "postgres", IncludeErrorDetail = true };
            if (options.Tcp)
            {
                var password = NewPassword();
                await SetPasswordAsync(connectionString, password).ConfigureAwait(false);
                (connectionString.Host, connectionString.Password) = ("127.0.0.1", password);
            }
            return await PostgresServer.OpenAsync(server, connectionString, options.Durable).ConfigureAwait(false);
        }).ConfigureAwait(false);

        // A damaged directory shows itself only by a server that does not start from its copy.
        async Task<bool> DiscardAsync()
        {
            if (cached is null) return false;
            cache.Discard();
            cached = await cache.GetAsync().ConfigureAwait(false);
            return true;
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static async Task<PostgresServer> StartInDockerAsync(Docker docker, DevPostgresOptions options)
    {
        var password = NewPassword();
        var connectionString = new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Username = "postgres", Password = password, Database = "postgres", IncludeErrorDetail = true };
        var container = new DockerContainer(
            "PostgreSQL", options.DockerImage ?? DefaultImage, ContainerPort: 5432,
            Environment: new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["POSTGRES_PASSWORD"] = password, ["POSTGRES_INITDB_ARGS"] = "--encoding=UTF8 --locale=C --auth-host=scram-sha-256",
            },
            Command: [.. PostgresSettings.For(options).SelectMany(setting => new[] { "-c", $"{setting.Key}={setting.Value}" })],
            FastSignal: "INT", ImmediateSignal: "QUIT",
            AnswersAsync: async (port, ct) =>
            {
                connectionString.Port = port;
                return await ConnectsAsync(connectionString, ct).ConfigureAwait(false);
            });
        var server = await docker.StartAsync(container, options).ConfigureAwait(false);
        return await OrDisposeAsync(server, () => PostgresServer.OpenAsync(server, connectionString, options.Durable)).ConfigureAwait(false);
    }

    private static async Task<PostgresServer> OrDisposeAsync(StartedServer server, Func<Task<PostgresServer>> open)
    {
        try
        {
            return await open().ConfigureAwait(false);
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static string NewPassword() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static async Task SetPasswordAsync(NpgsqlConnectionStringBuilder connectionString, string password)
    {
        var dataSource = PostgresServer.DataSource(connectionString);
        await using var disposing = dataSource.ConfigureAwait(false);
        var command = dataSource.CreateCommand($"ALTER ROLE postgres PASSWORD '{password}'"); // letters and digits of our own making
        await using var closing = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private static async ValueTask<bool> ConnectsAsync(NpgsqlConnectionStringBuilder connectionString, CancellationToken ct)
    {
        try
        {
            var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString.ConnectionString) { Pooling = false }.ConnectionString);
            await using var closing = connection.ConfigureAwait(false);
            await connection.OpenAsync(ct).ConfigureAwait(false);
            return true;
        }
        catch (NpgsqlException)
        {
            return false; // not yet: the image starts a first server only to fill the data directory
        }
    }

    private static NpgsqlConnectionStringBuilder Parse(string given)
    {
        NpgsqlConnectionStringBuilder? connectionString = null;
        try
        {
            connectionString = new NpgsqlConnectionStringBuilder(given);
            connectionString.Database ??= "postgres";
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            // Not passed on: its message may quote a part of the value, which holds a password.
        }
        return connectionString is { Host.Length: > 0 }
            ? connectionString
            : throw new ArgumentException($"{Variable} is not a connection string of Npgsql, such as \"Host=localhost;Username=postgres;Password=...;Database=postgres\".", nameof(given));
    }
}
