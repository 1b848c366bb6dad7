using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Patterns.DevServers;

namespace Kernel.Tests.Servers;

/// <summary>Servers for an application in development.</summary>
public sealed class ApplicationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Guarantee("DevServers", 11)]
    public async Task In_development_an_application_finds_both_connection_strings_and_the_servers_end_with_its_host()
    {
        var builder = Builder("Development");
        builder.AddDevServers(Own).AddDevServers(Own);

        var postgres = builder.Configuration.GetConnectionString("Postgres")!;
        builder.Configuration.GetConnectionString("Redis").Should().StartWith("127.0.0.1:");
        using (var host = builder.Build())
        {
            await host.StartAsync(Token);
            await using (var source = NpgsqlDataSource.Create(postgres))
            await using (var command = source.CreateCommand("SELECT 1")) (await command.ExecuteScalarAsync(Token)).Should().Be(1);
            await host.StopAsync(Token);
            Directory.Exists(new NpgsqlConnectionStringBuilder(postgres).Host).Should().BeTrue("services that stop may still need it");
            await ((IAsyncDisposable)host).DisposeAsync();
        }
        Directory.Exists(new NpgsqlConnectionStringBuilder(postgres).Host).Should().BeFalse();
    }

    [Fact]
    public void Where_connection_strings_are_configured_nothing_is_started()
    {
        var builder = Builder("Development");
        builder.Configuration["ConnectionStrings:Postgres"] = "Host=mine";
        builder.Configuration["ConnectionStrings:Redis"] = "mine:6379";

        builder.AddDevServers(Impossible);

        builder.Configuration.GetConnectionString("Postgres").Should().Be("Host=mine");
        builder.Configuration.GetConnectionString("Redis").Should().Be("mine:6379");
    }

    [Fact]
    public void A_server_that_is_not_wanted_is_not_started()
    {
        var builder = Builder("Development");

        builder.AddDevServers(options => (options.Postgres, options.Redis) = (null, null));

        builder.Configuration.GetConnectionString("Postgres").Should().BeNull();
        builder.Configuration.GetConnectionString("Redis").Should().BeNull();
    }

    [Fact]
    [Guarantee("DevServers", 11)]
    public void In_production_it_is_refused()
    {
        Builder("Production").Invoking(builder => builder.AddDevServers()).Should().Throw<InvalidOperationException>().WithMessage("*Production*ConnectionStrings:Postgres*");
    }

    [Fact]
    public void In_other_environments_it_does_nothing()
    {
        var builder = Builder("Staging");

        builder.AddDevServers(Impossible);

        builder.Configuration.GetConnectionString("Postgres").Should().BeNull();
    }

    private static void Own(DevServersOptions options) => options.Postgres!.Shared = options.Redis!.Shared = false;

    private static void Impossible(DevServersOptions options) => options.Postgres!.BinDirectory = options.Redis!.BinDirectory = "/nowhere";

    private static HostApplicationBuilder Builder(string environment) => new(new HostApplicationBuilderSettings { EnvironmentName = environment, DisableDefaults = true });
}
