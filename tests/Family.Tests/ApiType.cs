using System.Reflection;

namespace Family.Tests;

/// <summary>Prints a type as C# would name it, with the nullability of its references.</summary>
internal static class ApiType
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool", [typeof(char)] = "char",
        [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int",
        [typeof(uint)] = "uint", [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(float)] = "float", [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    public static NullabilityInfoContext Nullability => new();

    public static string Of(Type type, NullabilityInfo? nullability = null)
    {
        if (type.IsByRef)
        {
            return Of(type.GetElementType()!, nullability?.ElementType ?? nullability);
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            // The nullability of Nullable<T> is that of T: both describe the same annotation.
            return Of(underlying, nullability?.GenericTypeArguments.FirstOrDefault()) + "?";
        }

        var mark = !type.IsValueType && nullability?.ReadState == NullabilityState.Nullable ? "?" : "";
        if (type.IsArray)
        {
            return $"{Of(type.GetElementType()!, nullability?.ElementType)}[{new string(',', type.GetArrayRank() - 1)}]{mark}";
        }

        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword + mark;
        }

        return type.IsGenericParameter ? type.Name + mark : Name(type, nullability) + mark;
    }

    /// <summary>The name with its type arguments and, for a nested type, with the types around it.</summary>
    public static string Name(Type type, NullabilityInfo? nullability = null)
    {
        var outer = type.DeclaringType is { } declaring && !type.IsGenericParameter ? Name(declaring) + "." : "";
        if (!type.IsGenericType)
        {
            return outer + type.Name;
        }

        var arguments = type.GetGenericArguments();
        var annotations = nullability?.GenericTypeArguments is { } known && known.Length == arguments.Length ? known : null;
        return $"{outer}{type.Name.Split('`')[0]}<{string.Join(", ", arguments.Select((argument, index) => Of(argument, annotations?[index])))}>";
    }
}
