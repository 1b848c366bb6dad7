using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;

namespace Patterns.DevServers;

/// <summary>The databases that are made on one server: templates, copies, and one copy of each template made ahead.</summary>
internal sealed class Databases(NpgsqlDataSource admin, Func<string, string> connectionString, Func<bool> serverRuns, string copying)
{
    private const string Empty = "template0"; // unlike template1, nobody can be connected to it
    private const int Attempts = 10;
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(1);

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
                // When it was another caller's token that ended the building, this caller builds.
                if (error is not OperationCanceledException || ct.IsCancellationRequested) throw;
            }
        }
    }

    public async Task<DevDatabase> CreateAsync(string? template, CancellationToken ct)
    {
        var source = template ?? Empty;
        var name = await TakeSpareAsync(source).WaitAsync(ct).ConfigureAwait(false) ?? await MakeAsync(source, ct).ConfigureAwait(false);
        MakeSpare(source);
        return new DevDatabase(this, name, connectionString(name));
    }

    public async ValueTask DropAsync(string name)
    {
        // On a server that is stopped or killed there is nobody to ask, and its directory goes as a whole.
        if (_made.TryRemove(name, out _) && serverRuns()) await DropUncheckedAsync(name, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Refuses a server on which no database can be made.</summary>
    public async Task CheckRightAsync()
    {
        var command = admin.CreateCommand("SELECT rolname FROM pg_roles WHERE rolname = current_user AND NOT rolsuper AND NOT rolcreatedb");
        await using var disposing = command.ConfigureAwait(false);
        if (await command.ExecuteScalarAsync().ConfigureAwait(false) is string role)
        {
            throw new InvalidOperationException(
                $"The role '{role}' of {PostgresSource.Variable} has not the right CREATEDB, with which test databases are made. Grant it: ALTER ROLE \"{role}\" CREATEDB;");
        }
    }

    /// <summary>Drops the databases of processes that could not do so themselves: their names carry the time at which they were made.</summary>
    public async Task DropAbandonedAsync(TimeProvider time)
    {
        var names = new List<string>();
        var command = admin.CreateCommand("SELECT datname FROM pg_database WHERE datname ~ '^t_[0-9a-f]{32}$' AND pg_has_role(datdba, 'USAGE')");
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
            await using var closing = reader.ConfigureAwait(false);
            while (await reader.ReadAsync().ConfigureAwait(false)) names.Add(reader.GetString(0));
        }
        foreach (var name in names.Where(name => time.GetUtcNow() - MadeAt(name) > AbandonedAfter))
        {
            try
            {
                await DropUncheckedAsync(name, CancellationToken.None).ConfigureAwait(false);
            }
            catch (PostgresException)
            {
                // Another process drops it at this moment. If not, the next start tries again.
            }
        }
    }

    /// <summary>Ends the making of databases, and drops what was made where the server goes on without this process.</summary>
    public async ValueTask DisposeAsync(bool keep)
    {
        List<Task<string>> spares;
        lock (_spares)
        {
            spares = [.. _spares.Values];
            _spares.Clear();
        }
        // The server that is being made on goes away with all of them.
        if (keep) return;
        foreach (var spare in spares) await ((Task)spare).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var name in _made.Keys) await DropAsync(name).ConfigureAwait(false);
    }

    /// <summary>The first 48 bits of a UUIDv7 are milliseconds since 1970.</summary>
    private static DateTimeOffset MadeAt(string name) =>
        DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(name.AsSpan(2, 12), NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    /// <summary>The database that was made ahead; null when there is none, or its making failed.</summary>
    private async Task<string?> TakeSpareAsync(string source)
    {
        Task<string>? spare;
        lock (_spares) _spares.Remove(source, out spare);
        if (spare is null) return null;
        await ((Task)spare).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return spare.IsCompletedSuccessfully ? await spare.ConfigureAwait(false) : null;
    }

    private void MakeSpare(string source)
    {
        lock (_spares)
        {
            if (!_spares.ContainsKey(source)) _spares[source] = Task.Run(() => MakeAsync(source, CancellationToken.None));
        }
    }

    private async Task<string> BuildAsync(Func<string, CancellationToken, Task> build, CancellationToken ct)
    {
        var name = await MakeAsync(Empty, ct).ConfigureAwait(false);
        try
        {
            await build(connectionString(name), ct).ConfigureAwait(false);
            await ExecuteAsync($"ALTER DATABASE \"{name}\" WITH ALLOW_CONNECTIONS false", ct).ConfigureAwait(false);
            await DisconnectAsync(name, ct).ConfigureAwait(false);
        }
        catch
        {
            await DropAsync(name).ConfigureAwait(false);
            throw;
        }
        MakeSpare(name);
        return name;
    }

    private async Task<string> MakeAsync(string template, CancellationToken ct)
    {
        var name = $"t_{Guid.CreateVersion7():N}";
        _made[name] = true;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ExecuteAsync($"CREATE DATABASE \"{name}\" TEMPLATE \"{template.Replace("\"", "\"\"", StringComparison.Ordinal)}\" {copying}", ct).ConfigureAwait(false);
                return name;
            }
            catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.ObjectInUse && attempt < Attempts)
            {
                await DisconnectAsync(template, ct).ConfigureAwait(false);
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

    private Task DropUncheckedAsync(string name, CancellationToken ct) => ExecuteAsync($"DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)", ct);

    private async Task ExecuteAsync(string sql, CancellationToken ct)
    {
        var command = admin.CreateCommand(sql);
        await using var disposing = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}
