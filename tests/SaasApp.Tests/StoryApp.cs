namespace SaasApp.Tests;

/// <summary>The application at which the stories are told, one after the other: a process of its own on a database of its own, so that nobody else buys or spends there.</summary>
public sealed class StoryApp(PostgresServer server) : IAsyncLifetime
{
    private readonly PostgresDatabase _database = new(server);
    private AppProcess? _process;

    public Uri Address { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _process = await AppProcess.StartAsync(new Dictionary<string, string?>(Production.Secrets, StringComparer.Ordinal) { ["ConnectionStrings__Postgres"] = _database.ConnectionString });
        Address = await _process.AddressAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        await _database.DisposeAsync();
    }
}
