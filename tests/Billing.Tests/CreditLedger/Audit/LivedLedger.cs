using Patterns.DevServers;

namespace Billing.Tests.CreditLedger;

/// <summary>A database in which two accounts have lived, with the tables in schema <c>patterns</c>.</summary>
public sealed class LivedLedger(PostgresServer server) : IAsyncLifetime
{
    private DevDatabase? _database;
    private AuditedLedger? _ledger;

    internal PostgresServer Server => server;

    internal AuditedLedger Ledger => _ledger ?? throw new InvalidOperationException("The fixture was not initialised.");

    internal static async Task<LivedLedger> NewAsync(PostgresServer server)
    {
        var lived = new LivedLedger(server);
        await lived.InitializeAsync();
        return lived;
    }

    public async ValueTask InitializeAsync()
    {
        _database = await server.Server.CreateDatabaseAsync();
        _ledger = await AuditedLedger.NewAsync(_database.ConnectionString, "patterns");
        await _ledger.LiveAsync(AuditedLedger.Account());
        await _ledger.LiveAsync(AuditedLedger.Account("zeta"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_ledger is not null)
            await _ledger.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
    }
}
