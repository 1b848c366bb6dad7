using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Patterns.WebhookSecurity.Schemes;

/// <summary>Stripe's header carries the timestamp beside the signatures: <c>t=1492774577,v1=...,v1=...,v0=...</c>.</summary>
internal sealed class StripeScheme : HmacScheme
{
    [SetsRequiredMembers]
    public StripeScheme()
    {
        Algorithm = HashAlgorithmName.SHA256;
        Content = SignedContent.Parse("{timestamp}.{body}");
        Headers = [new("Stripe-Signature")];
        Prefix = "v1=";
    }

    protected override char? Separator => ',';

    protected override bool SplitHeader(ref SignedParts parts) => base.SplitHeader(ref parts) && parts.Timestamp is not null;

    protected override bool Entry(ReadOnlySpan<char> entry, int start, ref SignedParts parts) =>
        entry is ['t', '=', .. var timestamp]
            // Of two timestamps it would be open which one is meant.
            ? parts.Timestamp is null && parts.TryReadTimestamp(timestamp)
            : base.Entry(entry, start, ref parts);

    protected override (string? Id, bool IsSigned, string? Type) Identify(in WebhookRequest request, in SignedParts parts)
    {
        var id = JsonMember.FindString(request.Body.Span, "id"u8);
        return (id, id is not null, JsonMember.FindString(request.Body.Span, "type"u8));
    }

    protected override string WriteHeader(List<string> signatures, string seconds) => $"t={seconds},{string.Join(',', signatures)}";
}
