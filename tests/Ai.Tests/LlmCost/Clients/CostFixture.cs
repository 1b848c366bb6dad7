using System.Text.Json;
using Anthropic.Core;
using Anthropic.Models.Messages;
using LoopbackModels;
using Microsoft.Extensions.AI;
using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>A cost ledger and a loopback provider for one test class. Tests take tenants and models of their own.</summary>
public sealed class CostFixture(PostgresServer server) : IAsyncLifetime
{
    private readonly PostgresDatabase _database = new(server);
    private CostHost? _host;
    private ModelServer? _server;
    private ModelClients? _clients;

    internal CostHost Host => _host!;

    internal string ConnectionString => _database.ConnectionString;

    internal ModelServer Server => _server!;

    internal ModelClients Clients => _clients!;

    /// <summary>A client of a loopback model whose calls are booked.</summary>
    internal IChatClient Tracked(ModelApi api, string model, CostHost? host = null) => new LlmCostChatClient(Clients.Client(api, model), (host ?? Host).Cost, ModelClients.Provider(api));

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _host = await CostHost.NewAsync(_database.ConnectionString, Readers);
        _server = await ModelServer.StartAsync();
        _clients = new(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _clients?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        if (_host is not null)
            await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>What an application with Anthropic's package registers, to have the life of written caches and a stream's input before its end.</summary>
    internal static void Readers(LlmCostOptions options) => options
        .ReadUsage<Message>(static message => Read(message))
        .ReadUsage<RawMessageStreamEvent>(static message => message.Value is RawMessageStartEvent or RawMessageDeltaEvent ? Read((JsonModel)message.Value) : null);

    private static LlmWireUsage? Read(JsonModel message) => LlmWireUsage.Anthropic(JsonSerializer.SerializeToElement(message.RawData));
}
