using System.Reflection;
using System.Runtime.CompilerServices;

namespace Family.Tests;

/// <summary>How types are declared and where they live.</summary>
public sealed class TypeShapeTests
{
    [Theory, ClassData(typeof(EveryPackage))]
    public void Types_are_sealed_and_live_where_they_are_looked_for(string name)
    {
        var package = Repository.This[name];
        Problems(package.FullName, package.Assembly.GetTypes()).ShouldBeNone();
    }

    [Theory, ClassData(typeof(EveryPackage))]
    public void A_package_is_added_by_a_method_of_its_name(string name)
    {
        var package = Repository.This[name];
        Extensions(package.Assembly.GetTypes()).Select(static method => method.Name)
            .Should().Contain("Add" + package.Name, $"{package.FullName} is added with services.Add{package.Name}()");
    }

    [Fact]
    public void A_type_out_of_shape_is_found()
    {
        Problems("Family.Tests", [typeof(Planted), typeof(PlantedTree), typeof(Planted.Shape<>), typeof(Planted.IPort)])
            .Should().BeEquivalentTo("Family.Tests: Family.Tests.Planted extends IReadOnlyList<T>, so it lives in Microsoft.Extensions.DependencyInjection, Microsoft.AspNetCore.Builder or System.Collections.Generic.");
        Problems("Patterns.Planted", [typeof(OpenType)])
            .Should().BeEquivalentTo("Patterns.Planted: Family.Tests.TypeShapeTests+OpenType is not sealed; seal it, or make it abstract.");
        Problems("Patterns.Planted", [typeof(Planted.Item)])
            .Should().BeEquivalentTo("Patterns.Planted: Family.Tests.Planted+Item lives in Family.Tests; public types live in Patterns.Planted.");
    }

    private static IEnumerable<string> Problems(string package, IReadOnlyCollection<Type> all)
    {
        var types = all.Where(static type => !IsGenerated(type)).ToList();
        foreach (var type in types.Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false } && !types.Exists(other => other.BaseType is { } parent && Definition(parent) == type)))
        {
            yield return $"{package}: {type.FullName} is not sealed; seal it, or make it abstract.";
        }

        var extensions = Extensions(types).ToLookup(static method => method.DeclaringType!);
        foreach (var type in types.Where(type => type.IsPublic || type.IsNestedPublic))
        {
            // An extension of the framework is found without a using; one of the package's own type comes with that type.
            var foreign = extensions[type].Select(Extended).FirstOrDefault(extended => extended.Assembly != type.Assembly);
            string[] homes = foreign is null ? [package] : ["Microsoft.Extensions.DependencyInjection", "Microsoft.AspNetCore.Builder", foreign.Namespace!];
            if (homes.Contains(type.Namespace, StringComparer.Ordinal) || type.IsNested && foreign is null && type.Namespace == package)
            {
                continue;
            }

            yield return foreign is null
                ? $"{package}: {type.FullName} lives in {type.Namespace}; public types live in {package}."
                : $"{package}: {type.FullName} extends {ApiType.Of(Definition(foreign))}, so it lives in {homes[0]}, {homes[1]} or {homes[2]}.";
        }
    }

    private static IEnumerable<MethodInfo> Extensions(IEnumerable<Type> types) => types
        .Where(static type => type is { IsAbstract: true, IsSealed: true, IsVisible: true })
        .SelectMany(static type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Where(static method => method.IsDefined(typeof(ExtensionAttribute)));

    // `this TBuilder builder where TBuilder : IEndpointConventionBuilder` extends the interface.
    private static Type Extended(MethodInfo method)
    {
        var type = method.GetParameters()[0].ParameterType;
        return type.IsGenericParameter ? type.GetGenericParameterConstraints().FirstOrDefault(typeof(object)) : type;
    }

    private static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;

    // The compiler's own, and those that source generators write beside the package's: they are not ours to shape.
    private static bool IsGenerated(Type type) =>
        type.Name.Contains('<', StringComparison.Ordinal)
        || type.IsDefined(typeof(CompilerGeneratedAttribute))
        || type.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute))
        || type.DeclaringType is { } outer && IsGenerated(outer);

#pragma warning disable CA1852 // The fault that the test above finds.
    private class OpenType;
#pragma warning restore CA1852
}
