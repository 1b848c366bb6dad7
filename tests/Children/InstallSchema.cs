using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Children;

/// <summary>An application that installs its tables when it starts, says so, and stops when its input ends. Argument: the connection string.</summary>
public static class InstallSchema
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddPostgres(o =>
        {
            o.ConnectionString = new NpgsqlConnectionStringBuilder(arguments[0]) { ApplicationName = $"installer {Environment.ProcessId}", MaxPoolSize = 2 }.ConnectionString;
            o.Schema = "children";
        });
        builder.Services.AddSchemaScripts("children", typeof(InstallSchema).Assembly);
        using var host = builder.Build();
        await host.StartAsync();
        await Console.Out.WriteLineAsync("ready");
        await Console.In.ReadLineAsync();
        await host.StopAsync();
        return 0;
    }
}
