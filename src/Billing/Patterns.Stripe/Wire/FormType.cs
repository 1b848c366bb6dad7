using System.Collections;
using System.Collections.Concurrent;
using System.Text.Json.Serialization.Metadata;

namespace Patterns.Stripe.Wire;

/// <summary>What is known of a type: how its values are written, and the fields of those that have some.</summary>
internal sealed class FormType
{
    private static readonly ConcurrentDictionary<JsonTypeInfo, FormType> Known = new();
    private static readonly Func<JsonTypeInfo, FormType> Make = static type => new FormType(type.Type, FormKind.Nested, FieldsOf(type));

    private FormType(Type type, FormKind kind, FormField[] fields)
    {
        Type = type;
        Kind = kind;
        Fields = fields;
    }

    public Type Type { get; }

    public FormKind Kind { get; }

    public FormField[] Fields { get; }

    public static FormType Of(JsonTypeInfo type) => Known.GetOrAdd(type, Make);

    /// <summary>The type of a value that is known only now, such as an entry of a list.</summary>
    public static FormType Of(object value, JsonTypeInfo owner)
    {
        var type = value.GetType();
        var kind = KindOf(type);
        return kind == FormKind.Nested ? Of(owner.Options.GetTypeInfo(type)) : new FormType(type, kind, []);
    }

    public static FormKind KindOf(Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type == typeof(string)) return FormKind.Text;
        if (type == typeof(bool)) return FormKind.Flag;
        if (type == typeof(long)) return FormKind.Long;
        if (type == typeof(int)) return FormKind.Int;
        if (type == typeof(decimal)) return FormKind.Decimal;
        if (type == typeof(DateTimeOffset)) return FormKind.Instant;
        if (typeof(IStripeValue).IsAssignableFrom(type)) return FormKind.Optional;
        if (typeof(IReadOnlyDictionary<string, string>).IsAssignableFrom(type)) return FormKind.Map;
        return typeof(IEnumerable).IsAssignableFrom(type) ? FormKind.List : FormKind.Nested;
    }

    private static FormField[] FieldsOf(JsonTypeInfo type) => type.Kind == JsonTypeInfoKind.Object
        ? [.. type.Properties.Where(static property => property.Get is not null).Select(property => new FormField(property, type))]
        : throw new NotSupportedException(
            $"Parameters of type {type.Type} cannot become a form: use text, whole numbers, decimals, booleans, instants, lists, dictionaries of text, and records of these.");
}
