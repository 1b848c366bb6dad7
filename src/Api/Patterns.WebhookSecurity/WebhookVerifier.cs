using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Patterns.WebhookSecurity;

/// <summary>Chooses the active keys, lets the scheme look for a signature, and judges the age of what was genuinely signed.</summary>
internal sealed class WebhookVerifier(WebhookSources sources, TimeProvider time, ILogger<WebhookVerifier> logger) : IWebhookVerifier
{
    private readonly ExpiryNotices _expiry = new(logger);

    public ValueTask<WebhookVerification> VerifyAsync(string source, WebhookRequest request, string? scope = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(request.Headers, nameof(request));
        if (scope is not null && !IsScope(scope)) throw new ArgumentException("A scope takes 1 to 200 characters.", nameof(scope));
        return VerifyAsync(sources[source], request, scope, ct);
    }

    internal static bool IsScope(string scope) => scope.Length is > 0 and <= 200;

    internal ValueTask<WebhookVerification> VerifyAsync(WebhookSource source, in WebhookRequest request, string? scope, CancellationToken ct)
    {
        if (source.Scheme.SignsUrl && string.IsNullOrEmpty(request.Url))
            throw new ArgumentException($"The scheme of webhook source '{source.Name}' signs the URL: set {nameof(WebhookRequest)}.{nameof(WebhookRequest.Url)}.", nameof(request));
        var started = Telemetry.Start();
        if (request.Body.Length > source.MaxBodyBytes) return new(Refuse(source, scope, WebhookOutcome.BodyTooLarge));
        if (source.FixedKeys is { } keys) return new(Verify(source, request, scope, keys, started));
        return LookUpAndVerifyAsync(source, source.Cache!, request, scope, started, ct);
    }

    internal WebhookVerification Refuse(WebhookSource source, string? scope, WebhookOutcome outcome) => Finish(source, scope, outcome, null, null, Telemetry.Start(), activity: null);

    private async ValueTask<WebhookVerification> LookUpAndVerifyAsync(WebhookSource source, KeyCache cache, WebhookRequest request, string? scope, long started, CancellationToken ct)
    {
        using var activity = Telemetry.Activities.StartActivity("webhook verify");
        var answer = cache.Peek(scope) ?? await cache.GetAsync(scope, ct).ConfigureAwait(false);
        if (answer is null) return Finish(source, scope, WebhookOutcome.KeysUnavailable, null, null, started, activity);
        var now = time.GetUtcNow();
        var outcome = Try(source, request, answer.Keys, now, out var match);
        if (outcome == WebhookOutcome.BadSignature && cache.MayBeOutdated(answer)
            && await cache.RefreshAsync(scope, answer, ct).ConfigureAwait(false) is { } fresh)
        {
            now = time.GetUtcNow();
            outcome = Try(source, request, fresh.Keys, now, out match);
        }
        return Judge(source, request, scope, outcome, match, now, started, activity);
    }

    private WebhookVerification Verify(WebhookSource source, in WebhookRequest request, string? scope, WebhookKey[] keys, long started)
    {
        using var activity = Telemetry.Activities.StartActivity("webhook verify");
        var now = time.GetUtcNow();
        var outcome = Try(source, request, keys, now, out var match);
        return Judge(source, request, scope, outcome, match, now, started, activity);
    }

    private static WebhookOutcome Try(WebhookSource source, in WebhookRequest request, WebhookKey[] keys, DateTimeOffset now, out WebhookMatch match)
    {
        var active = new ActiveKeys();
        var count = 0;
        foreach (var key in keys)
        {
            if (key.IsActive(now)) active[count++] = key;
        }
        return source.Scheme.Verify(request, ((ReadOnlySpan<WebhookKey>)active)[..count], out match);
    }

    // After the signature, so that a caller without a key learns nothing about the clock.
    private WebhookVerification Judge(
        WebhookSource source, in WebhookRequest request, string? scope, WebhookOutcome outcome, in WebhookMatch match, DateTimeOffset now, long started, Activity? activity)
    {
        if (outcome != WebhookOutcome.Valid) return Finish(source, scope, outcome, null, null, started, activity);
        if (match.Timestamp is { } timestamp) outcome = Freshness(timestamp, now);
        var webhook = outcome != WebhookOutcome.Valid ? null : new VerifiedWebhook(
            source.Name, scope, match.Id, match.IdIsSigned, match.Type, match.Timestamp, request.Body, match.Key.Id, match.ReplayKey);
        return Finish(source, scope, outcome, webhook, match.Key, started, activity);
    }

    private WebhookOutcome Freshness(DateTimeOffset timestamp, DateTimeOffset now)
    {
        // In whole seconds, as timestamps are: an attempt is 300 seconds old until it is 301.
        var age = TimeSpan.FromSeconds(now.ToUnixTimeSeconds() - timestamp.ToUnixTimeSeconds());
        var limits = sources.Options;
        if (age > limits.MaxAge && limits.MaxAge != Timeout.InfiniteTimeSpan) return WebhookOutcome.TooOld;
        return -age > limits.MaxSkew && limits.MaxSkew != Timeout.InfiniteTimeSpan ? WebhookOutcome.FromFuture : WebhookOutcome.Valid;
    }

    private WebhookVerification Finish(
        WebhookSource source, string? scope, WebhookOutcome outcome, VerifiedWebhook? webhook, WebhookKey? key, long started, Activity? activity)
    {
        Telemetry.Record(source.Name, outcome, key?.Id, started);
        activity?.SetTag("webhook.source", source.Name).SetTag("webhook.outcome", Telemetry.NameOf(outcome));
        if (outcome != WebhookOutcome.Valid) Log.Refused(logger, source.Name, outcome);
        if (key?.NotAfter is not null) _expiry.Note(source.Name, scope, key, time.GetUtcNow());
        return new WebhookVerification(outcome, webhook);
    }

    [InlineArray(WebhookKeyRing.MaxKeys)]
    private struct ActiveKeys
    {
        private WebhookKey _first;
    }
}
