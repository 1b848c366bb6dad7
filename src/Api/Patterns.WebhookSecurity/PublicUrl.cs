using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Patterns.WebhookSecurity;

/// <summary>The URL under which a provider called, character by character as far as the server still knows it.</summary>
internal static class PublicUrl
{
    public static string Of(HttpRequest request, Uri? publicBaseUrl)
    {
        var target = TargetOf(request);
        // As it was configured, because a signature covers the case of the host's letters too.
        return publicBaseUrl is not null ? publicBaseUrl.OriginalString.TrimEnd('/') + target : $"{request.Scheme}://{request.Host.Value}{target}";
    }

    // The raw target, because Path is decoded and encoding it again need not give what was sent.
    private static string TargetOf(HttpRequest request)
    {
        var raw = request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (raw is not ['/', ..]) return request.PathBase.ToUriComponent() + request.Path.ToUriComponent() + request.QueryString.ToUriComponent();
        // A prefix that a proxy stripped and the forwarded-headers middleware put back.
        var prefix = request.PathBase.ToUriComponent();
        return raw.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? raw : prefix + raw;
    }
}
