using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Patterns.Stripe.Wire;

/// <summary>A parameter that is set, or cleared with a JSON null; one that is left alone is not written at all.</summary>
internal sealed class StripeValueConverter<T> : JsonConverter<StripeValue<T>>
{
    public override StripeValue<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, StripeValue<T> value, JsonSerializerOptions options)
    {
        if (value.IsCleared) writer.WriteNullValue();
        else JsonSerializer.Serialize(writer, value.Value!, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
    }
}
