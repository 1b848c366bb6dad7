using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Patterns.WebhookSecurity.Schemes;

/// <summary>Slack signs <c>v0:timestamp:body</c>. Events carry their id in the body; slash commands and interactions are forms and have none.</summary>
internal sealed class SlackScheme : HmacScheme
{
    [SetsRequiredMembers]
    public SlackScheme()
    {
        Algorithm = HashAlgorithmName.SHA256;
        Content = SignedContent.Parse("v0:{timestamp}:{body}");
        Headers = [new("X-Slack-Signature", "X-Slack-Request-Timestamp")];
        Prefix = "v0=";
    }

    /// <summary>The value with which Slack checks that an address is ours, if this is such a request.</summary>
    public static string? ChallengeOf(ReadOnlySpan<byte> body) =>
        JsonMember.FindString(body, "type"u8) == "url_verification" ? JsonMember.FindString(body, "challenge"u8) : null;

    protected override (string? Id, bool IsSigned, string? Type) Identify(in WebhookRequest request, in SignedParts parts)
    {
        var body = request.Body.Span;
        var id = JsonMember.FindString(body, "event_id"u8);
        var type = JsonMember.FindString(body, "type"u8);
        // Every event of the Events API has this envelope; what happened is said inside.
        if (type == "event_callback") type = JsonMember.FindString(JsonMember.Find(body, "event"u8), "type"u8) ?? type;
        return (id, id is not null, type);
    }
}
