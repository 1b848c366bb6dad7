using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Family.Tests;

/// <summary>Every <c>Add...</c> of a package that needs nothing but a delegate: packages call each other's, so that any of them may be called again.</summary>
public sealed class RegistrationTests
{
    [Theory, ClassData(typeof(EveryPackage))]
    public async Task Adding_a_package_twice_registers_it_once(string name)
    {
        var assembly = Repository.This[name].Assembly;
        foreach (var method in Additions(assembly.GetTypes()))
        {
            (await ProblemsAsync(method, assembly)).ShouldBeNone();
        }
    }

    [Fact]
    public async Task An_addition_that_doubles_is_found()
    {
        var method = Additions([typeof(PlantedAdditions)]).Should().ContainSingle().Subject;
        (await ProblemsAsync(method, typeof(RegistrationTests).Assembly)).Should().HaveCount(2)
            .And.ContainMatch("Family.Tests: AddPlanted registers PlantedTwice again when it is called twice; use TryAdd.")
            .And.ContainMatch("Family.Tests: AddPlanted builds no provider: *");
    }

    private static async Task<IReadOnlyList<string>> ProblemsAsync(MethodInfo method, Assembly assembly)
    {
        var problems = new List<string>();
        var services = Host();
        method.Invoke(null, Arguments(method, services));
        var once = Own(services, assembly);
        method.Invoke(null, Arguments(method, services));
        problems.AddRange(Own(services, assembly).Where(count => once.GetValueOrDefault(count.Key) < count.Value)
            .Select(count => $"{assembly.GetName().Name}: {method.Name} registers {count.Key} again when it is called twice; use TryAdd."));

        try
        {
            await services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true }).DisposeAsync();
        }
        catch (AggregateException exception)
        {
            problems.Add($"{assembly.GetName().Name}: {method.Name} builds no provider: {exception.Message}");
        }

        return problems;
    }

    /// <summary>What every host has registered before a package is added.</summary>
    private static ServiceCollection Host()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddSingleton(NpgsqlDataSource.Create("Host=127.0.0.1"));
        foreach (var type in new[] { typeof(IHostEnvironment), typeof(IWebHostEnvironment), typeof(IHostApplicationLifetime) })
        {
            services.AddSingleton(type, static _ => throw new InvalidOperationException("Building a provider creates no service."));
        }

        return services;
    }

    private static Dictionary<string, int> Own(ServiceCollection services, Assembly assembly) => services
        .Select(static descriptor => descriptor.ServiceType.IsGenericType || descriptor.ServiceType == typeof(IHostedService)
            ? descriptor.ImplementationType ?? descriptor.ImplementationInstance?.GetType() ?? descriptor.ServiceType
            : descriptor.ServiceType)
        .Where(type => type.Assembly == assembly || type.Assembly.GetName().Name!.StartsWith("Patterns.", StringComparison.Ordinal))
        .CountBy(static type => type.Name, StringComparer.Ordinal)
        .ToDictionary(StringComparer.Ordinal);

    private static IEnumerable<MethodInfo> Additions(IEnumerable<Type> types) => types
        .SelectMany(static type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Where(static method => method.Name.StartsWith("Add", StringComparison.Ordinal) && !method.IsGenericMethod && method.IsDefined(typeof(ExtensionAttribute)))
        .Where(static method => method.GetParameters() is [var first, .. var rest]
            && first.ParameterType == typeof(IServiceCollection)
            && rest.All(static parameter => parameter.IsOptional || IsConfigure(parameter.ParameterType)));

    private static bool IsConfigure(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Action<>);

    private static object?[] Arguments(MethodInfo method, ServiceCollection services) =>
        [services, .. method.GetParameters().Skip(1).Select(static parameter => IsConfigure(parameter.ParameterType) ? Nothing(parameter.ParameterType) : Type.Missing)];

    private static object Nothing(Type action) =>
        typeof(RegistrationTests).GetMethod(nameof(Ignore), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(action.GetGenericArguments()).CreateDelegate(action);

    private static void Ignore<T>(T options) => GC.KeepAlive(options);
}
