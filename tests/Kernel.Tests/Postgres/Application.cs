using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>An application that uses the kernel: a service container over one connection string, with its log kept.</summary>
internal sealed class Application : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly CapturedLog _log = new();

    public Application(string? connectionString, Action<PostgresOptions>? configure = null, Action<IServiceCollection>? more = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_log));
        services.AddHealthChecks();
        services.AddPostgres(o => o.ConnectionString = connectionString);
        if (configure is not null)
            services.Configure(configure);
        more?.Invoke(services);
        _services = services.BuildServiceProvider();
    }

    public IReadOnlyList<string> Logged => _log.Lines;

    public IPostgres Postgres => _services.GetRequiredService<IPostgres>();

    public ISchema Schema => _services.GetRequiredService<ISchema>();

    public INotifications Notifications => _services.GetRequiredService<INotifications>();

    public ITimePartitions Partitions => _services.GetRequiredService<ITimePartitions>();

    public IRememberedKeys Keys => _services.GetRequiredService<IRememberedKeys>();

    /// <summary>Of the checks that the package itself brings; the application adds health checks in <c>more</c>.</summary>
    public Task<HealthReport> HealthAsync() => _services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);

    /// <summary>What an application's health end point would say of its time partitions.</summary>
    public async Task<string> PartitionHealthAsync()
    {
        var entry = (await HealthAsync()).Entries["patterns_time_partitions"];
        return $"{entry.Status}: {entry.Description}";
    }

    public static Application WithScripts(string connectionString, string schema, Assembly scripts, Action<PostgresOptions>? configure = null) =>
        new(connectionString, o => { o.Schema = schema; configure?.Invoke(o); }, services => services.AddSchemaScripts("shop", scripts));

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Postgres.DataSource.CreateCommand(Postgres.Sql(sql));
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Postgres.DataSource.CreateCommand(Postgres.Sql(sql));
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
