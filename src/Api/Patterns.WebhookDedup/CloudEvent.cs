using System.Security.Cryptography;
using System.Text;

namespace Patterns.WebhookDedup;

/// <summary>The context attributes of a CloudEvent that make an identity and a type.</summary>
internal static class CloudEvent
{
    private const string Format = "a CloudEvent 1.0 in structured JSON mode";
    private const int IdLimit = 200;

    public static WebhookEvent Read(ReadOnlyMemory<byte> body, string source, string tenant) => EventBody.Read(body, Format, (ref reader) =>
    {
        string? version = null, id = null, sender = null, type = null;
        DateTimeOffset? time = null;
        while (EventBody.NextMember(ref reader))
        {
            if (reader.ValueTextEquals("specversion"u8)) version = EventBody.Text(ref reader);
            else if (reader.ValueTextEquals("id"u8)) id = EventBody.Text(ref reader);
            else if (reader.ValueTextEquals("source"u8)) sender = EventBody.Text(ref reader);
            else if (reader.ValueTextEquals("type"u8)) type = EventBody.Text(ref reader);
            else if (reader.ValueTextEquals("time"u8)) time = DateTimeOffset.TryParse(EventBody.Text(ref reader), System.Globalization.CultureInfo.InvariantCulture, out var at) ? at : null;
            else reader.Skip();
        }

        if (version != "1.0")
            throw EventBody.Unusable(Format, "its specversion is not 1.0");
        if (string.IsNullOrEmpty(id))
            throw EventBody.Unusable(Format, "it has no id");
        if (string.IsNullOrEmpty(sender) || sender.Contains(' ', StringComparison.Ordinal))
            throw EventBody.Unusable(Format, "its source is missing or no URI reference");
        if (string.IsNullOrEmpty(type))
            throw EventBody.Unusable(Format, "it has no type");

        return new WebhookEvent(source, Identity(sender, id), type, body, tenant, time);
    });

    private static string Identity(string sender, string id)
    {
        var both = $"{sender} {id}";
        return both.Length <= IdLimit ? both : "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(both)));
    }
}
