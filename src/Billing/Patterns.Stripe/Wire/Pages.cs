using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace Patterns.Stripe.Wire;

/// <summary>Walks a list page by page. A page that does not lead on ends in an error, never in a loop.</summary>
internal static class Pages
{
    public static async IAsyncEnumerable<T> ListAsync<T>(IStripeClient client, StripeRequest first, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken ct)
    {
        var backward = !first.IsV2 && Parameters(first.Path).Any(static parameter => IsNamed(parameter, "ending_before"));
        for (var request = first; request is not null;)
        {
            var response = await client.SendAsync(request, ct).ConfigureAwait(false);
            var page = Page<T>.Read(response, type);
            if (backward) page.Entries.Reverse();
            foreach (var entry in page.Entries) yield return entry;
            var next = NextPath(request, response, page, backward);
            if (next == request.Path) throw Broken(response, "The list names the page that was just read as its next.");
            request = next is null ? null : StripeRequest.Get(next, first.Options);
        }
    }

    private static string? NextPath<T>(StripeRequest request, StripeResponse response, Page<T> page, bool backward)
    {
        // Stripe's key must not follow an address to another host.
        if (page.NextPageUrl is { } url)
            return url.StartsWith("/v2/", StringComparison.Ordinal) && Uri.IsWellFormedUriString(url, UriKind.Relative) ? url : throw Broken(response, "The list names a next page that is not a path of version 2.");
        if (page.NextPage is { } token) return With(request.Path, "page", token);
        if (!page.HasMore) return null;
        var cursor = backward ? page.FirstId : page.LastId;
        return cursor is null
            ? throw Broken(response, page.Entries.Count == 0 ? "The list says that there is more after an empty page." : "The list says that there is more after an entry without an id.")
            : With(request.Path, backward ? "ending_before" : "starting_after", cursor);
    }

    private static StripeApiException Broken(StripeResponse response, string message) =>
        new(StripeErrorKind.Api, new StripeError { Status = response.Status, RequestId = response.RequestId, Message = message });

    private static string With(string path, string name, string value)
    {
        var kept = Parameters(path).Where(parameter => !IsNamed(parameter, name)).Append($"{name}={Uri.EscapeDataString(value)}");
        return $"{path.Split('?', 2)[0]}?{string.Join('&', kept)}";
    }

    private static string[] Parameters(string path) => path.Split('?', 2) is [_, { Length: > 0 } query] ? query.Split('&') : [];

    private static bool IsNamed(string parameter, string name) => parameter.StartsWith(name, StringComparison.Ordinal) && parameter.Length > name.Length && parameter[name.Length] == '=';
}
