using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Patterns.LlmFallback;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the chains.</summary>
public static class LlmFallbackServiceCollectionExtensions
{
    /// <summary>
    /// Adds each chain as a keyed <c>IChatClient</c> (each chain of embedding models as a keyed <c>IEmbeddingGenerator</c>), the only one of its kind unkeyed too unless the application has an unkeyed one already, and
    /// <see cref="ILlmFallback"/>; a health check <c>patterns_llm_fallback</c> joins those of the application. May be called several times; chains add up.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">
    /// Adds the chains. It runs here for their names, which are the keys, and again when the options are made: it should do nothing else. The options are checked when the host starts, and a failure names the chain,
    /// the option and the remedy.
    /// </param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddLlmFallback(this IServiceCollection services, Action<LlmFallbackOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<LlmFallbackOptions>().ValidateOnStart();
        var names = NamesOf(services);
        if (configure is not null)
        {
            options.Configure(configure);
            var told = new LlmFallbackOptions();
            configure(told);
            AddChats(services, names, told.Chains.Keys);
            AddEmbeddings(services, names, told.EmbeddingChains.Keys);
        }

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LlmFallbackOptions>, LlmFallbackOptionsValidator>());
        services.TryAddSingleton(static provider => new CircuitTable(OptionsOf(provider), Clock(provider), provider.GetService<ILoggerFactory>()));
        services.TryAddSingleton(static provider => new EvidenceReader(OptionsOf(provider).Value));
        services.TryAddSingleton(static provider => new FaultClassifier(OptionsOf(provider).Value.Rules, Clock(provider)));
        services.TryAddSingleton<ChainSet>();
        services.TryAddSingleton<ILlmFallback, ChainOperator>();
        services.Configure<HealthCheckServiceOptions>(AddHealth);
        return services;
    }

    private static ChainNames NamesOf(IServiceCollection services)
    {
        if (services.FirstOrDefault(static d => !d.IsKeyedService && d.ServiceType == typeof(ChainNames))?.ImplementationInstance is ChainNames known)
            return known;

        var names = new ChainNames();
        services.AddSingleton(names);
        return names;
    }

    private static void AddChats(IServiceCollection services, ChainNames names, IEnumerable<string> added)
    {
        foreach (var name in added)
        {
            if (!names.Chats.Add(name))
                continue;
            services.AddKeyedSingleton(name, static (provider, key) => provider.GetRequiredService<ChainSet>().Make((string)key!));
            services.AddKeyedSingleton<IChatClient>(name, static (provider, key) => new FallbackChatClient(provider.GetRequiredKeyedService<Chain>(key)));
        }
        names.OnlyChat = Only(services, names.OnlyChat, names.Chats, static name => ServiceDescriptor.Singleton<IChatClient>(provider => provider.GetRequiredKeyedService<IChatClient>(name)));
    }

    private static void AddEmbeddings(IServiceCollection services, ChainNames names, IEnumerable<string> added)
    {
        foreach (var name in added)
        {
            if (!names.Embeddings.Add(name))
                continue;
            services.AddKeyedSingleton(name, static (provider, key) => provider.GetRequiredService<ChainSet>().MakeEmbeddings((string)key!));
            services.AddKeyedSingleton<IEmbeddingGenerator<string, Embedding<float>>>(name, static (provider, key) => new FallbackEmbeddingGenerator(provider.GetRequiredKeyedService<EmbeddingChain>(key)));
        }
        names.OnlyEmbedding = Only(
            services,
            names.OnlyEmbedding,
            names.Embeddings,
            static name => ServiceDescriptor.Singleton<IEmbeddingGenerator<string, Embedding<float>>>(provider => provider.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>(name)));
    }

    // The only chain is the unkeyed client, until a second one comes; an unkeyed client of the application's own stays.
    private static ServiceDescriptor? Only(IServiceCollection services, ServiceDescriptor? before, HashSet<string> names, Func<string, ServiceDescriptor> describe)
    {
        if (names.Count > 1)
        {
            if (before is not null)
                services.Remove(before);
            return null;
        }
        if (before is not null || names.Count == 0)
            return before;

        var only = describe(names.Single());
        if (services.Any(d => !d.IsKeyedService && d.ServiceType == only.ServiceType))
            return null;

        services.Add(only);
        return only;
    }

    // Runs once for each call of AddLlmFallback.
    private static void AddHealth(HealthCheckServiceOptions options)
    {
        if (options.Registrations.All(static r => r.Name != ChainHealthCheck.Name))
        {
            options.Registrations.Add(new(
                ChainHealthCheck.Name, static provider => new ChainHealthCheck(provider.GetRequiredService<ILlmFallback>(), provider.GetRequiredService<ChainSet>()), failureStatus: null, tags: ["patterns"]));
        }
    }

    private static IOptions<LlmFallbackOptions> OptionsOf(IServiceProvider provider) => provider.GetRequiredService<IOptions<LlmFallbackOptions>>();

    private static TimeProvider Clock(IServiceProvider provider) => provider.GetRequiredService<TimeProvider>();
}
