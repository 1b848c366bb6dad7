using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Patterns.Postgres;

/// <summary>Brings the tables into shape before any hosted service starts to use them.</summary>
internal sealed class PostgresStartup(PostgresDataSources sources, ISchema schema, TimePartitionTables partitions, RememberedKeyTables keys, IOptions<PostgresOptions> options) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        // What was registered with a factory is described, and so checked, before anything is touched.
        (_, _, _) = (sources.Application, partitions.All, keys.All);
        switch (options.Value.SchemaMode)
        {
            case SchemaMode.Apply:
                await schema.ApplyAsync(cancellationToken).ConfigureAwait(false);
                break;
            case SchemaMode.Verify:
                var report = await schema.CheckAsync(cancellationToken).ConfigureAwait(false);
                if (report.Missing.Count > 0)
                {
                    throw new SchemaException(
                        $"The database lacks schema scripts: {string.Join(", ", report.Missing)}. PostgresOptions.SchemaMode is Verify, so nothing was changed. Print them with ISchema.Print() and run the text with psql, or set SchemaMode to Apply.");
                }

                break;
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
