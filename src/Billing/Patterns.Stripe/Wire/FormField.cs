using System.Text;
using System.Text.Json.Serialization.Metadata;

namespace Patterns.Stripe.Wire;

/// <summary>A parameter: its name, at the top (<c>name</c>) and inside another (<c>[name]</c>), and how its value is read and written.</summary>
internal sealed class FormField(JsonPropertyInfo property, JsonTypeInfo owner)
{
    private FormType? _last;

    public byte[] Name { get; } = Encoding.UTF8.GetBytes(property.Name);

    public byte[] Part { get; } = Encoding.UTF8.GetBytes($"[{property.Name}]");

    public Func<object, object?> Get { get; } = property.Get ?? throw new NotSupportedException($"Parameter {property.Name} cannot be read: it has no getter.");

    public FormKind Kind { get; } = FormType.KindOf(property.PropertyType);

    /// <summary>The type of a value in this field. A field nearly always holds the same one, so the last is kept; threads that see another replace it.</summary>
    public FormType TypeOf(object value)
    {
        var last = _last;
        return last is not null && last.Type == value.GetType() ? last : _last = FormType.Of(value, owner);
    }
}
