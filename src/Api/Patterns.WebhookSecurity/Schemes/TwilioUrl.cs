namespace Patterns.WebhookSecurity.Schemes;

/// <summary>The spellings of a URL that Twilio may have signed. The rest of the URL is kept as it was sent: it is signed character by character.</summary>
internal static class TwilioUrl
{
    public static string WithoutFragment(string url) => url.IndexOf('#') is >= 0 and var fragment ? url[..fragment] : url;

    /// <summary>Without any port.</summary>
    public static string WithoutPort(string url)
    {
        url = WithoutFragment(url);
        var (start, end) = PortOf(url);
        return string.Concat(url.AsSpan(0, start), url.AsSpan(end));
    }

    /// <summary>With the port that it has, or the default port of its scheme.</summary>
    public static string WithPort(string url)
    {
        url = WithoutFragment(url);
        var (start, end) = PortOf(url);
        return start < end ? url : url.Insert(start, url.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? ":443" : ":80");
    }

    // Where the port stands, with its colon, or would stand.
    private static (int Start, int End) PortOf(string url)
    {
        var authority = url.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? scheme + 3 : 0;
        var end = url.AsSpan(authority).IndexOfAny('/', '?') is >= 0 and var length ? authority + length : url.Length;
        var host = authority + url.AsSpan(authority, end - authority).LastIndexOf('@') + 1;
        var colon = url.AsSpan(host, end - host).LastIndexOfAny(':', ']');
        return colon >= 0 && url[host + colon] == ':' ? (host + colon, end) : (end, end);
    }
}
