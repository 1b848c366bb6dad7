using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Patterns.WebhookSecurity.Schemes;

namespace Patterns.WebhookSecurity;

/// <summary>What runs in front of an endpoint that requires a signature. It wraps the whole endpoint, because parameters are bound before endpoint filters run.</summary>
internal sealed class WebhookEndpoint(
    WebhookSource source, string? scopeRouteValue, WebhookVerifier verifier, WebhookSecurityOptions options, ArrayPool<byte> pool, RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        string? scope = null;
        if (scopeRouteValue is not null)
        {
            scope = Convert.ToString(context.GetRouteValue(scopeRouteValue), CultureInfo.InvariantCulture);
            if (scope is null || !WebhookVerifier.IsScope(scope))
            {
                await RefuseAsync(context, verifier.Refuse(source, scope: null, WebhookOutcome.BadSignature).Outcome).ConfigureAwait(false);
                return;
            }
        }

        var body = new RequestBody(pool);
        context.Response.RegisterForDispose(body);
        if (!await TryReadAsync(context, body).ConfigureAwait(false))
        {
            // The rest of the body is not wanted: the connection ends with the answer.
            if (HttpProtocol.IsHttp11(context.Request.Protocol)) context.Response.Headers.Connection = "close";
            await RefuseAsync(context, verifier.Refuse(source, scope, WebhookOutcome.BodyTooLarge).Outcome).ConfigureAwait(false);
            return;
        }

        var request = new WebhookRequest(context.Request.Headers, body.Bytes, source.Scheme.SignsUrl ? PublicUrl.Of(context.Request, options.PublicBaseUrl) : null);
        var (outcome, webhook) = await verifier.VerifyAsync(source, request, scope, context.RequestAborted).ConfigureAwait(false);
        if (outcome != WebhookOutcome.Valid)
        {
            await RefuseAsync(context, outcome).ConfigureAwait(false);
            return;
        }
        if (source.Scheme is SlackScheme && SlackScheme.ChallengeOf(body.Bytes.Span) is { } challenge)
        {
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync(challenge, context.RequestAborted).ConfigureAwait(false);
            return;
        }
        context.Request.Body = body.AsStream();
        context.Features.Set(webhook);
        await next(context).ConfigureAwait(false);
    }

    private async ValueTask<bool> TryReadAsync(HttpContext context, RequestBody body)
    {
        try
        {
            return await body.ReadAsync(context.Request, source.MaxBodyBytes, context.RequestAborted).ConfigureAwait(false);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            // The server's own limit is the lower one.
            return false;
        }
    }

    private Task RefuseAsync(HttpContext context, WebhookOutcome outcome)
    {
        var status = options.StatusCodes[outcome];
        context.Response.StatusCode = status;
        if (outcome == WebhookOutcome.KeysUnavailable) context.Response.Headers.RetryAfter = "5";
        if (status < 300) return Task.CompletedTask;
        context.Response.ContentType = "application/problem+json";
        // The title is the same for every outcome: which check failed is for the operator, not for the caller.
        return context.Response.WriteAsync($$"""{"type":"about:blank","title":"The webhook was refused.","status":{{status}}}""");
    }
}
