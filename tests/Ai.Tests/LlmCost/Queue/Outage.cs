using Npgsql;

namespace Ai.Tests.LlmCost;

/// <summary>A database that lets nobody in, until it is disposed.</summary>
internal sealed class Outage : IAsyncDisposable
{
    private readonly string _name;
    private readonly string _admin;

    private Outage(string connectionString)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        _name = parts.Database!;
        parts.Database = "postgres";
        parts.Pooling = false;
        _admin = parts.ConnectionString;
    }

    public static async Task<Outage> BeginAsync(string connectionString)
    {
        var outage = new Outage(connectionString);
        await outage.LetInAsync(false);
        await outage.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{outage._name}'");
        return outage;
    }

    public async ValueTask DisposeAsync() => await LetInAsync(true);

    private Task LetInAsync(bool allow) => ExecuteAsync($"ALTER DATABASE \"{_name}\" ALLOW_CONNECTIONS {allow}");

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_admin);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
