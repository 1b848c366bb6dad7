using System.Collections.Frozen;
using System.Globalization;
using System.Net.Sockets;

namespace Patterns.LlmFallback;

/// <summary>Judges evidence by rules: the options' own first, then ours. Runs for faults only, never for an answer that is none.</summary>
internal sealed class FaultClassifier(IEnumerable<LlmRule> own, TimeProvider time)
{
    private static readonly FrozenDictionary<string, LlmRule[]> ByCode = Compile(BuiltInRules.Codes);
    private static readonly FrozenDictionary<string, LlmRule[]> ByType = Compile(BuiltInRules.Types);
    private static readonly FrozenDictionary<int, LlmFaultKind> ByStatus = BuiltInRules.Statuses.ToFrozenDictionary(static r => r.Status!.Value, static r => r.Kind);
    private static readonly string[] RequestIds = ["request-id", "x-request-id", "apim-request-id", "x-ms-request-id"];

    private readonly LlmRule[] _own = [.. own];

    public LlmFault Classify(LlmEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        var body = ErrorBody.Read(evidence.Body.Span);

        // A response of 200 says nothing about an error that came inside of it; the error's own status does.
        var status = evidence.Status is >= 400 ? evidence.Status : body.Status;
        var kind = ByOwn(evidence, body, status) ?? Lookup(ByCode, evidence, body, status) ?? ByMessage(evidence, body, status) ?? OfStatus(status) ?? Lookup(ByType, evidence, body, status) ?? (status is null ? OfException(evidence.Exception) : null)
            ?? LlmFaultKind.Unknown;
        var now = time.GetUtcNow();
        var wait = Waits.Of(evidence.Headers, body, now);
        return new(kind, evidence.FinishReason is { Length: <= 100 } reason ? reason : body.Word, RequestId(evidence, body), wait, ResetAt(kind, evidence, body, now))
        {
            MayRetry = !(evidence.Headers.TryGetValue("x-should-retry", out var may) && string.Equals(may.Trim(), "false", StringComparison.OrdinalIgnoreCase)),
        };
    }

    private static FrozenDictionary<string, LlmRule[]> Compile(IEnumerable<LlmRule> rules)
        => rules.GroupBy(static r => r.Code!, StringComparer.OrdinalIgnoreCase).ToFrozenDictionary(static g => g.Key, static g => g.ToArray(), StringComparer.OrdinalIgnoreCase);

    private LlmFaultKind? ByOwn(LlmEvidence evidence, ErrorBody body, int? status)
    {
        foreach (var rule in _own)
        {
            if ((rule.Provider is null || string.Equals(rule.Provider, evidence.Provider, StringComparison.OrdinalIgnoreCase))
                && (rule.Status is null || rule.Status == evidence.Status || rule.Status == status)
                && (rule.Code is null || string.Equals(rule.Code, evidence.FinishReason, StringComparison.OrdinalIgnoreCase) || body.Codes.Contains(rule.Code, StringComparer.OrdinalIgnoreCase))
                && Says(rule, body) && rule.When?.Invoke(evidence) is null or true)
                return rule.Kind;
        }
        return null;
    }

    private static LlmFaultKind? Lookup(FrozenDictionary<string, LlmRule[]> rules, LlmEvidence evidence, ErrorBody body, int? status)
    {
        if (evidence.FinishReason is { } reason && Find(reason) is { } refused)
            return refused;

        foreach (var code in body.Codes)
        {
            if (Find(code) is { } kind)
                return kind;
        }
        return null;

        LlmFaultKind? Find(string code)
        {
            if (rules.TryGetValue(code, out var found))
            {
                foreach (var rule in found)
                {
                    if (IsAt(rule, status))
                        return rule.Kind;
                }
            }
            return null;
        }
    }

    private static LlmFaultKind? ByMessage(LlmEvidence evidence, ErrorBody body, int? status)
    {
        foreach (var rule in BuiltInRules.Messages)
        {
            if (IsAt(rule, status) && Says(rule, body) && rule.When?.Invoke(evidence) is null or true)
                return rule.Kind;
        }
        return null;
    }

    // An error whose status is lost, inside a stream or by an SDK's exception, is judged by its words alone.
    private static bool IsAt(LlmRule rule, int? status) => rule.Status is null || status is null || rule.Status == status;

    private static bool Says(LlmRule rule, ErrorBody body) => rule.Message is null || body.Message?.Contains(rule.Message, StringComparison.OrdinalIgnoreCase) == true;

    private static LlmFaultKind? OfStatus(int? status)
        => status is not { } known ? null
            : ByStatus.TryGetValue(known, out var kind) ? kind
            : known is >= 500 and < 600 ? LlmFaultKind.ServerError
            : null;

    private static LlmFaultKind? OfException(Exception? exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                // Cancelled by whom? Not by the caller, or nobody would ask: by a timer, the HttpClient's or the SDK's own.
                case TimeoutException or OperationCanceledException:
                    return LlmFaultKind.Timeout;
                case HttpRequestException or IOException or SocketException:
                    return LlmFaultKind.Network;
            }
        }
        return null;
    }

    private static string? RequestId(LlmEvidence evidence, ErrorBody body)
    {
        foreach (var name in RequestIds)
        {
            if (evidence.Headers.TryGetValue(name, out var id) && IsId(id))
                return id;
        }
        return body.RequestId is { } own && IsId(own) ? own : null;

        static bool IsId(string id) => id.Length is > 0 and <= 100 && !id.AsSpan().ContainsAnyExceptInRange('!', '~');
    }

    private static DateTimeOffset? ResetAt(LlmFaultKind kind, LlmEvidence evidence, ErrorBody body, DateTimeOffset now) => kind switch
    {
        LlmFaultKind.RateLimited => RateLimitHeaders.ExhaustedUntil(evidence.Headers, now),
        LlmFaultKind.QuotaExhausted => RegainedAt(body.Message) is { } at && at > now ? at : null,
        _ => null,
    };

    // Anthropic: "You will regain access on 2026-04-01 at 00:00 UTC."
    private static DateTimeOffset? RegainedAt(string? message)
    {
        const string before = "regain access on ";
        const string form = "yyyy-MM-dd 'at' HH:mm 'UTC'";
        var at = message?.IndexOf(before, StringComparison.OrdinalIgnoreCase) ?? -1;
        if (at < 0)
            return null;

        var rest = message.AsSpan(at + before.Length);
        const int length = 23;
        return rest.Length >= length && DateTimeOffset.TryParseExact(rest[..length], form, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var reset) ? reset : null;
    }
}
