using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Family.Tests;

/// <summary>Prints one member as C# would declare it; nothing for a member that no other assembly sees.</summary>
internal static class ApiMember
{
    public static string Of(MemberInfo member) => member switch
    {
        FieldInfo field => IsSeen(field.Attributes) ? Field(field) : "",
        PropertyInfo property => Property(property),
        EventInfo raised => IsSeen(raised.AddMethod) ? $"{Modifiers(raised.AddMethod!)}event {ApiType.Of(raised.EventHandlerType!, ApiType.Nullability.Create(raised))} {raised.Name}" : "",
        ConstructorInfo constructor => IsSeen(constructor) && !constructor.IsStatic ? $"{Modifiers(constructor)}new{Parameters(constructor)}" : "",
        MethodInfo method => IsSeen(method) ? Of(method, named: null) : "",
        _ => "",
    };

    public static string Of(MethodInfo method, string? named)
    {
        var arguments = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(static argument => argument.Name))}>" : "";
        return $"{(named is null ? Modifiers(method) : "")}{ApiType.Of(method.ReturnType, ApiType.Nullability.Create(method.ReturnParameter))} {named ?? method.Name}{arguments}{Parameters(method)}{Constraints(method.IsGenericMethod ? method.GetGenericArguments() : [])}";
    }

    public static string Constraints(Type[] arguments) => string.Concat(arguments.Select(static argument =>
    {
        var constraints = new List<string>();
        var attributes = argument.GenericParameterAttributes;
        if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            constraints.Add("class");
        }

        if (attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
        {
            constraints.Add("struct");
        }

        constraints.AddRange(argument.GetGenericParameterConstraints().Where(static type => type != typeof(ValueType)).Select(static type => ApiType.Of(type)));
        return constraints.Count > 0 ? $" where {argument.Name} : {string.Join(", ", constraints)}" : "";
    }));

    private static string Field(FieldInfo field)
    {
        var type = ApiType.Of(field.FieldType, ApiType.Nullability.Create(field));
        return field.IsLiteral
            ? $"const {type} {field.Name} = {Literal(field.GetRawConstantValue(), field.FieldType)}"
            : $"{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{type} {field.Name}";
    }

    private static string Property(PropertyInfo property)
    {
        var get = IsSeen(property.GetMethod) ? property.GetMethod : null;
        var set = IsSeen(property.SetMethod) ? property.SetMethod : null;
        if ((get ?? set) is not { } accessor)
        {
            return "";
        }

        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        var init = set?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true ? "init" : "set";
        var index = property.GetIndexParameters();
        var name = index.Length > 0 ? $"this[{string.Join(", ", index.Select(Parameter))}]" : property.Name;
        return $"{Modifiers(accessor)}{required}{ApiType.Of(property.PropertyType, ApiType.Nullability.Create(property))} {name} {{ {(get is null ? "" : "get; ")}{(set is null ? "" : init + "; ")}}}";
    }

    private static string Modifiers(MethodBase method)
    {
        var access = method.IsPublic ? "" : "protected ";
        if (method.IsStatic)
        {
            return access + (method is { IsAbstract: true } ? "static abstract " : "static ");
        }

        if (method is not MethodInfo info || info.DeclaringType!.IsInterface)
        {
            return access + (method is { IsVirtual: true, IsAbstract: false } && method.DeclaringType!.IsInterface ? "virtual " : "");
        }

        var overrides = info.GetBaseDefinition() != info;
        return access + (info switch
        {
            { IsAbstract: true } => "abstract ",
            { IsVirtual: true, IsFinal: false } when overrides => "override ",
            { IsVirtual: true, IsFinal: false } when !info.DeclaringType.IsSealed => "virtual ",
            _ => "",
        });
    }

    private static string Parameters(MethodBase method)
    {
        var receiver = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return $"({receiver}{string.Join(", ", method.GetParameters().Select(Parameter))})";
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var passing = parameter switch
        {
            { IsOut: true } => "out ",
            { ParameterType.IsByRef: true } => parameter.IsIn ? "in " : "ref ",
            _ when parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) => "params ",
            _ => "",
        };
        var value = parameter.HasDefaultValue ? " = " + Literal(parameter.RawDefaultValue, parameter.ParameterType) : "";
        return $"{passing}{ApiType.Of(parameter.ParameterType, ApiType.Nullability.Create(parameter))} {parameter.Name}{value}";
    }

    private static string Literal(object? value, Type type) => (value, Nullable.GetUnderlyingType(type) ?? type) switch
    {
        (null, { IsValueType: true } structure) when structure == type => "default",
        (null, _) => "null",
        (string text, _) => $"\"{text}\"",
        (bool truth, _) => truth ? "true" : "false",
        (_, { IsEnum: true } enumeration) => $"{enumeration.Name}.{Enum.ToObject(enumeration, value)}",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static bool IsSeen(MethodBase? method) => method is { IsPublic: true } || (method is { IsFamily: true } or { IsFamilyOrAssembly: true } && !method.DeclaringType!.IsSealed);

    private static bool IsSeen(FieldAttributes attributes) => (attributes & FieldAttributes.FieldAccessMask) is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem;
}
