using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;

namespace Patterns.DevServers;

/// <summary>The databases that are made on one server: templates, copies, and one copy ahead of each template.</summary>
internal sealed class Databases(NpgsqlDataSource admin, Func<string, string> connectionString, Func<bool> serverRuns) : IAsyncDisposable
{
    private const string Empty = "template0"; // unlike template1, nobody can be connected to it
    private const int Attempts = 10;
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _templates = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _made = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task<string>> _spares = new(StringComparer.Ordinal);

    public async Task<string> TemplateAsync(string key, Func<string, CancellationToken, Task> build, CancellationToken ct)
    {
        while (true)
        {
            var template = _templates.GetOrAdd(key, _ => new Lazy<Task<string>>(() => BuildAsync(build, ct)));
            try
            {
                return await template.Value.WaitAsync(ct).ConfigureAwait(false);
            }
            catch (Exception error) when (template.Value.IsFaulted || template.Value.IsCanceled)
            {
                _templates.TryRemove(KeyValuePair.Create(key, template)); // the next call builds again
                // Another caller's token ended the building: then this caller builds.
                if (error is not OperationCanceledException || ct.IsCancellationRequested) throw;
            }
        }
    }

    public async Task<DevDatabase> CreateAsync(string? template, CancellationToken ct)
    {
        var source = template ?? Empty;
        Task<string>? spare;
        lock (_spares)
        {
            _spares.Remove(source, out spare);
            // Made ahead for the next caller. What goes wrong with it is seen by whoever takes it.
            if (spare is null) spare = MakeAsync(source);
            _spares[source] = spare.ContinueWith(_ => MakeAsync(source), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Unwrap();
        }
        var name = await spare.WaitAsync(ct).ConfigureAwait(false);
        return new DevDatabase(this, name, connectionString(name));
    }

    public async ValueTask DropAsync(string name)
    {
        if (!_made.TryRemove(name, out _) || !serverRuns()) return;
        await ExecuteAsync($"DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)", CancellationToken.None).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await admin.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<string> BuildAsync(Func<string, CancellationToken, Task> build, CancellationToken ct)
    {
        var name = await MakeAsync(Empty).ConfigureAwait(false);
        try
        {
            await build(connectionString(name), ct).ConfigureAwait(false);
            await ExecuteAsync($"ALTER DATABASE \"{name}\" WITH ALLOW_CONNECTIONS false", ct).ConfigureAwait(false);
            await DisconnectAsync(name, ct).ConfigureAwait(false);
            return name;
        }
        catch
        {
            await DropAsync(name).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<string> MakeAsync(string template)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"t_{Guid.CreateVersion7():N}");
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ExecuteAsync($"CREATE DATABASE \"{name}\" TEMPLATE \"{template.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", CancellationToken.None).ConfigureAwait(false);
                _made[name] = true;
                return name;
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.ObjectInUse && attempt < Attempts)
            {
                await DisconnectAsync(template, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task DisconnectAsync(string database, CancellationToken ct)
    {
        var command = admin.CreateCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1");
        await using var disposing = command.ConfigureAwait(false);
        command.Parameters.AddWithValue(database);
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    private async Task ExecuteAsync(string sql, CancellationToken ct)
    {
        var command = admin.CreateCommand(sql);
        await using var disposing = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}
