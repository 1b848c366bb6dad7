using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Family.Tests;

/// <summary>Prints the public surface of types, sorted, so that a change of it shows as a changed line.</summary>
internal static class ApiText
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(IEnumerable<Type> types)
    {
        var text = new StringBuilder();
        foreach (var space in types.Where(static type => type.IsVisible).GroupBy(static type => type.Namespace, StringComparer.Ordinal).OrderBy(static space => space.Key, StringComparer.Ordinal))
        {
            text.Append("namespace ").Append(space.Key).Append('\n');
            foreach (var type in space.OrderBy(static type => type.FullName, StringComparer.Ordinal))
            {
                text.Append('\n').Append(Header(type)).Append('\n');
                foreach (var member in Members(type))
                {
                    text.Append("    ").Append(member).Append('\n');
                }
            }

            text.Append('\n');
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static string Header(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            return "public delegate " + ApiMember.Of(type.GetMethod("Invoke")!, named: ApiType.Name(type));
        }

        var bases = new List<string>();
        if (type.IsEnum && Enum.GetUnderlyingType(type) != typeof(int))
        {
            bases.Add(ApiType.Of(Enum.GetUnderlyingType(type)));
        }
        else if (type is { IsClass: true, BaseType: { } parent } && parent != typeof(object))
        {
            bases.Add(ApiType.Of(parent));
        }

        if (!type.IsEnum)
        {
            var inherited = (type.BaseType?.GetInterfaces() ?? []).Concat(type.GetInterfaces().SelectMany(static face => face.GetInterfaces())).ToHashSet();
            bases.AddRange(type.GetInterfaces()
                .Where(face => face.IsVisible && !inherited.Contains(face) && !(IsRecord(type) && face == typeof(IEquatable<>).MakeGenericType(type)))
                .Select(static face => ApiType.Of(face)).Order(StringComparer.Ordinal));
        }

        return $"public {Kind(type)} {ApiType.Name(type)}{(bases.Count > 0 ? " : " + string.Join(", ", bases) : "")}{ApiMember.Constraints(type.GetGenericArguments())}";
    }

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => type.IsDefined(typeof(FlagsAttribute)) ? "[Flags] enum" : "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => (type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "") + (type.IsByRefLike ? "ref " : "") + (IsRecord(type) ? "record struct" : "struct"),
        _ => (type.IsAbstract, type.IsSealed) switch
        {
            (true, true) => "static ",
            (true, false) => "abstract ",
            (false, true) => "sealed ",
            _ => "",
        } + (IsRecord(type) ? "record" : "class"),
    };

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(static field => $"{field.Name} = {field.GetRawConstantValue()}");
        }

        if (typeof(Delegate).IsAssignableFrom(type))
        {
            return [];
        }

        return type.GetMembers(Own)
            .Where(static member => member is not Type && !member.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false))
            .Where(static member => member is not MethodInfo { IsSpecialName: true } accessor || accessor.Name.StartsWith("op_", StringComparison.Ordinal))
            .Select(static member => (member.Name, Text: ApiMember.Of(member)))
            .Where(static member => member.Text.Length > 0)
            .OrderBy(static member => member.Name, StringComparer.Ordinal).ThenBy(static member => member.Text, StringComparer.Ordinal)
            .Select(static member => member.Text);
    }

    // The compiler gives every record this method, whose name no source can have, or, to a struct, this one beside its own equality.
    private static bool IsRecord(Type type) =>
        type.GetMethod("<Clone>$") is not null
        || (type.IsValueType && type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance) is { } print && print.IsDefined(typeof(CompilerGeneratedAttribute)));
}
