using Microsoft.Extensions.DependencyInjection;

namespace Family.Tests;

/// <summary>A registration with the faults that <see cref="RegistrationTests"/> must find.</summary>
public static class PlantedAdditions
{
    public static IServiceCollection AddPlanted(this IServiceCollection services, Action<PlantedOnce>? configure = null) =>
        services.AddSingleton<PlantedTwice>().Configure(configure ?? (static _ => { }));

    public sealed class PlantedOnce;

    public sealed class PlantedTwice(PlantedOnce unregistered)
    {
        public PlantedOnce Unregistered { get; } = unregistered;
    }
}
