using System.Data;
using Npgsql;
using Patterns.WebhookDedup;

namespace Api.Tests.WebhookDedup;

/// <summary>A caller's own transaction, on a connection of its own.</summary>
internal sealed class OpenTransaction : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly IWebhookDedup _dedup;

    private OpenTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction, IWebhookDedup dedup) => (_connection, Transaction, _dedup) = (connection, transaction, dedup);

    public NpgsqlTransaction Transaction { get; }

    public static async Task<OpenTransaction> BeginAsync(NpgsqlDataSource source, IWebhookDedup dedup, IsolationLevel level = IsolationLevel.ReadCommitted)
    {
        var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return new(connection, await connection.BeginTransactionAsync(level, TestContext.Current.CancellationToken), dedup);
    }

    public ValueTask<WebhookReceipt> ClaimAsync(WebhookEvent webhookEvent) => _dedup.ClaimAsync(Transaction, webhookEvent, TestContext.Current.CancellationToken);

    public ValueTask<IReadOnlyList<WebhookReceipt>> ClaimAsync(params WebhookEvent[] events) => _dedup.ClaimAsync(Transaction, events, TestContext.Current.CancellationToken);

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection, Transaction);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection, Transaction);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public Task CommitAsync() => Transaction.CommitAsync(TestContext.Current.CancellationToken);

    public Task RollbackAsync() => Transaction.RollbackAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
