using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>Gathers what is known of an attempt: from the wire, else from the exception, by the extractors that were registered and what exceptions commonly carry.</summary>
internal sealed class EvidenceReader(LlmFallbackOptions options)
{
    private readonly FrozenSet<string> _finishReasons = BuiltInRules.Refusals
        .Concat(options.Rules.Where(static r => r?.Code is not null).Select(static r => r.Code!))
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public LlmEvidence Read(string? provider, WireRecord? wire, Exception exception)
        => Complete(new(provider, wire?.Status, wire?.Headers ?? FrozenDictionary<string, string>.Empty, wire?.Body ?? default, exception));

    /// <summary>The evidence within an answer that came, or within a stream that ended: an error event, a refusing finish reason, an <see cref="ErrorContent"/>. Null when nothing is wrong with it.</summary>
    public LlmEvidence? Read(string? provider, WireRecord? wire, ChatFinishReason? finish, IEnumerable<AIContent> contents)
    {
        if (wire is { HasStreamError: true })
            return new(provider, wire.Status, wire.Headers, wire.Body, null);

        if (finish is { } reason && reason != ChatFinishReason.Stop && reason != ChatFinishReason.ToolCalls && _finishReasons.Contains(reason.Value))
            return new(provider, wire?.Status, wire?.Headers ?? FrozenDictionary<string, string>.Empty, default, null) { FinishReason = reason.Value };

        return Error(contents) is { } error
            ? new(provider, wire?.Status, wire?.Headers ?? FrozenDictionary<string, string>.Empty, Body(error), null)
            : null;
    }

    /// <summary>Until when the model has nothing left by its rate-limit headers; null when it has, or does not say. Costs nothing when no handler saw the response.</summary>
    public static DateTimeOffset? ExhaustedUntil(string? provider, WireRecord? wire, DateTimeOffset now) => wire is null ? null : RateLimitHeaders.ExhaustedUntil(wire.Headers, now);

    /// <summary>Adds to evidence without an error from the wire what its exception says.</summary>
    public LlmEvidence Complete(LlmEvidence evidence)
    {
        if (evidence.Status is >= 400 || !evidence.Body.IsEmpty)
            return evidence;

        for (var e = evidence.Exception; e is not null; e = e.InnerException)
        {
            if (Extract(e) is { } found)
                return found with { Provider = evidence.Provider ?? found.Provider, Headers = found.Headers ?? evidence.Headers, Exception = evidence.Exception };
            if (FindJson(e.Message) is { } body)
                return evidence with { Status = StatusOf(evidence.Exception) ?? evidence.Status, Body = body };
        }
        return StatusOf(evidence.Exception) is { } status ? evidence with { Status = status } : evidence;
    }

    private LlmEvidence? Extract(Exception exception)
    {
        Func<Exception, LlmEvidence?>? read = null;
        Type? type = null;
        foreach (var extractor in options.Extractors)
        {
            if (extractor.Exception.IsInstanceOfType(exception) && (type is null || extractor.Exception.IsSubclassOf(type)))
                (type, read) = extractor;
        }
        return read?.Invoke(exception);
    }

    private static int? StatusOf(Exception? exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is HttpRequestException { StatusCode: { } status })
                return (int)status;
        }
        return null;
    }

    // SDKs put the provider's error object into their messages, behind words of their own.
    private static ReadOnlyMemory<byte>? FindJson(string message)
    {
        var start = message.IndexOf('{', StringComparison.Ordinal);
        if (start < 0)
            return null;

        var json = Encoding.UTF8.GetBytes(message, start, Math.Min(message.Length - start, ErrorBody.Limit));
        return ErrorBody.Read(json).IsError ? json : null;
    }

    private static ErrorContent? Error(IEnumerable<AIContent> contents)
    {
        if (contents is IList<AIContent> list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                if (list[i] is ErrorContent error)
                    return error;
            }
            return null;
        }
        return contents.OfType<ErrorContent>().FirstOrDefault();
    }

    private static ReadOnlyMemory<byte> Body(ErrorContent error)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteStartObject("error");
            json.WriteString("code", error.ErrorCode);
            json.WriteString("message", error.Message);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return body.ToArray();
    }
}
