using System.Net;
using System.Text.RegularExpressions;

namespace SaasApp.Tests;

/// <summary>A browser without scripts: posts the forms of the pages, with cookies of its own.</summary>
public sealed partial class FormClient(Uri address) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false, CookieContainer = new CookieContainer() }) { BaseAddress = address };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public HttpClient Client => _client;

    /// <summary>Signs in as somebody: <c>acme/alice</c>.</summary>
    public Task<string> SignInAsync(string person) => SubmitAsync("/", "/sign-in", [new("person", person), new("from", "/")]);

    /// <summary>Posts a form of a page.</summary>
    /// <returns>The page that came.</returns>
    public Task<string> PostAsync(string page, string form, params (string Name, string Value)[] fields) =>
        SubmitAsync(page, page, [new("_handler", form), .. fields.Select(field => new KeyValuePair<string, string>(field.Name, field.Value))]);

    /// <summary>Asks for a text, and reads it as it is written.</summary>
    /// <returns>The stream; its last line says where the page about it is.</returns>
    public async Task<Stream> WriteAsync(string topic)
    {
        var token = Token().Match(await _client.GetStringAsync("/write", Ct)).Groups["token"].Value;
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("topic", topic)]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/write/stream") { Content = form };
        var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(Ct);
    }

    public void Dispose() => _client.Dispose();

    private async Task<string> SubmitAsync(string page, string to, IEnumerable<KeyValuePair<string, string>> fields)
    {
        var token = Token().Match(await _client.GetStringAsync(page, Ct)).Groups["token"].Value;
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", token), .. fields]);
        using var answer = await _client.PostAsync(to, form, Ct);
        var html = await answer.Content.ReadAsStringAsync(Ct);
        return answer.IsSuccessStatusCode ? WebUtility.HtmlDecode(html) : throw new InvalidOperationException($"POST {to} was answered {(int)answer.StatusCode}: {html}");
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();
}
