using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Patterns.DevServers;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Servers for an application in development.</summary>
public static class DevServersHostApplicationBuilderExtensions
{
    /// <summary>
    /// In the environment Development, starts PostgreSQL and Redis where no connection string is configured, and puts <c>ConnectionStrings:Postgres</c> and
    /// <c>ConnectionStrings:Redis</c> in the configuration. Elsewhere it does nothing. The servers are empty, and are gone with the host or the process.
    /// Waits until they answer, so that what reads the configuration next finds them. A second call does nothing more.
    /// </summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="configure">Says which servers, and how they are started.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">The environment is Production.</exception>
    /// <exception cref="ServerNotFoundException">A server is not on this machine; the message has the command that installs it.</exception>
    /// <exception cref="ServerStartException">A server did not start; the message has the last lines of its log.</exception>
    public static IHostApplicationBuilder AddDevServers(this IHostApplicationBuilder builder, Action<DevServersOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.Environment.IsProduction())
        {
            throw new InvalidOperationException(
                "AddDevServers was called in Production, where nothing of its servers would be kept. Call it under builder.Environment.IsDevelopment() and configure " +
                "ConnectionStrings:Postgres and ConnectionStrings:Redis; or set DOTNET_ENVIRONMENT (ASPNETCORE_ENVIRONMENT) to Development on a developer's machine.");
        }
        if (!builder.Environment.IsDevelopment()) return builder;
        var options = new DevServersOptions();
        configure?.Invoke(options);
        // The builder's methods are synchronous, and what follows them reads the connection strings. Nothing of the caller runs on the other thread, so it cannot wait for this one.
#pragma warning disable RS0030
        var servers = Task.Run(() => StartAsync(builder.Configuration, options)).GetAwaiter().GetResult();
#pragma warning restore RS0030
        if (servers.Count > 0) builder.Services.AddSingleton<IHostedService>(_ => new DevServersLifetime(servers));
        return builder;
    }

    private static async Task<List<IAsyncDisposable>> StartAsync(IConfigurationManager configuration, DevServersOptions options)
    {
        var servers = new List<IAsyncDisposable>();
        try
        {
            if (options.Postgres is { } postgres && string.IsNullOrEmpty(configuration.GetConnectionString("Postgres")))
            {
                var server = await DevServers.StartPostgresAsync(postgres).ConfigureAwait(false);
                servers.Add(server);
                configuration["ConnectionStrings:Postgres"] = server.DefaultConnectionString;
            }
            if (options.Redis is { } redis && string.IsNullOrEmpty(configuration.GetConnectionString("Redis")))
            {
                var server = await DevServers.StartRedisAsync(redis).ConfigureAwait(false);
                servers.Add(server);
                configuration["ConnectionStrings:Redis"] = server.ConnectionString;
            }
            return servers;
        }
        catch
        {
            foreach (var server in servers) await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
