using System.Collections;
using System.Text;
using System.Text.Json.Serialization.Metadata;

namespace Patterns.Stripe.Wire;

/// <summary>A parameter: its name, at the top (<c>name</c>) and inside another (<c>[name]</c>), and how its value is read and written.</summary>
internal sealed class FormField(JsonPropertyInfo property)
{
    public byte[] Name { get; } = Encoding.UTF8.GetBytes(property.Name);

    public byte[] Part { get; } = Encoding.UTF8.GetBytes($"[{property.Name}]");

    public Func<object, object?> Get { get; } = property.Get ?? throw new NotSupportedException($"Parameter {property.Name} cannot be read: it has no getter.");

    public FormKind Kind { get; } = KindOf(property.PropertyType);

    public static FormField[] Of(JsonTypeInfo type) => type.Kind == JsonTypeInfoKind.Object
        ? [.. type.Properties.Where(static property => property.Get is not null).Select(static property => new FormField(property))]
        : throw new NotSupportedException(
            $"Parameters of type {type.Type} cannot become a form: use text, whole numbers, decimals, booleans, instants, lists, dictionaries of text, and records of these.");

    /// <summary>The kind of a value whose type is known only now, such as an entry of a list.</summary>
    public static FormKind KindOf(object value) => value switch
    {
        string => FormKind.Text,
        long => FormKind.Long,
        int => FormKind.Int,
        bool => FormKind.Flag,
        decimal => FormKind.Decimal,
        DateTimeOffset => FormKind.Instant,
        IReadOnlyDictionary<string, string> => FormKind.Map,
        IEnumerable => FormKind.List,
        _ => FormKind.Nested,
    };

    private static FormKind KindOf(Type declared)
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
}
