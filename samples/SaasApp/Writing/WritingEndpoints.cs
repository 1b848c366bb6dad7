using Microsoft.AspNetCore.Mvc;
using Patterns.LlmFallback;

namespace SaasApp;

internal static class WritingEndpoints
{
    public const int MaxTopic = 80;

    /// <summary>A topic as the models get it: letters, digits and a few signs.</summary>
    public static string Topic(string? topic)
    {
        var clean = string.Concat((topic ?? "").Where(static c => char.IsAsciiLetterOrDigit(c) || c is ' ' or ',' or '-')).Trim();
        return clean.Length == 0 ? "nothing at all" : clean[..Math.Min(clean.Length, MaxTopic)];
    }

    public static void MapWriting(this WebApplication app)
    {
        // What the page's script asks for: the text as it comes, and the page about it at the end.
        app.MapPost("/write/stream", static async (HttpContext context, [FromForm] string topic, Author author, People people) =>
        {
            context.Response.ContentType = "text/plain; charset=utf-8";
            var written = await author.WriteAsync(people.Current, Topic(topic), async piece =>
            {
                await context.Response.WriteAsync(piece, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }, context.RequestAborted);
            await context.Response.WriteAsync($"\n/write?text={written.Id}", context.RequestAborted);
        });
        if (!app.Services.GetRequiredService<Providers>().IsLoopback)
            return;

        app.MapPost("/write/mood", static ([FromForm] string mood, Providers providers, ILlmFallback models) =>
        {
            if (Enum.TryParse<Mood>(mood, out var known)) providers.Set(known);
            // What the chain has learnt of the first model, an operator makes it forget.
            models.Reset(Author.Chain, "claude");
            return TypedResults.LocalRedirect("~/write");
        });
    }
}
