using System.Threading.Channels;
using NpgsqlTypes;
using Patterns.Postgres;

namespace SaasApp;

/// <summary>
/// Notes what every delivery was told, in batches, behind the answers: it costs a delivery nothing. What is still in memory when the process is
/// killed is not noted; that is good enough for people to look at, and the reason why nothing else reads this table.
/// </summary>
internal sealed partial class DeliveryLog(IPostgres postgres, ILogger<DeliveryLog> logger) : IHostedService
{
    private const int MaxBatch = 500;
    private readonly Channel<Delivery> _queue = Channel.CreateBounded<Delivery>(new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private Task _writing = Task.CompletedTask;

    public void Add(Delivery delivery) => _queue.Writer.TryWrite(delivery);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _writing = WriteAsync();
        return Task.CompletedTask;
    }

    // Runs after the web server has stopped, so that the last answers are noted too.
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        return _writing.WaitAsync(cancellationToken);
    }

    private async Task WriteAsync()
    {
        var batch = new List<Delivery>(MaxBatch);
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var delivery)) batch.Add(delivery);
            try
            {
                await InsertAsync(batch);
            }
            catch (Npgsql.NpgsqlException error)
            {
                LogLost(error, batch.Count);
            }
        }
    }

    private async Task InsertAsync(List<Delivery> batch)
    {
        await using var insert = postgres.DataSource.CreateCommand(
            "INSERT INTO app.deliveries (at, event_id, type, status, outcome) SELECT * FROM unnest($1, $2, $3, $4, $5)");
        Add(NpgsqlDbType.TimestampTz, batch.Select(d => d.At.UtcDateTime).ToArray());
        Add(NpgsqlDbType.Text, batch.Select(d => d.EventId).ToArray());
        Add(NpgsqlDbType.Text, batch.Select(d => d.Type).ToArray());
        Add(NpgsqlDbType.Integer, batch.Select(d => d.Status).ToArray());
        Add(NpgsqlDbType.Text, batch.Select(d => d.Outcome).ToArray());
        await insert.ExecuteNonQueryAsync();

        void Add(NpgsqlDbType type, object values) => insert.Parameters.Add(new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type });
    }

    [LoggerMessage(20, LogLevel.Warning, "{Count} deliveries could not be noted. Their effects are not touched by that.")]
    private partial void LogLost(Exception error, int count);
}
