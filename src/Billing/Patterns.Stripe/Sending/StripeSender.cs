using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging;
using Patterns.Stripe.Wire;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Patterns.Stripe.Sending;

/// <summary>Sends a call until it is answered, or may not be sent any more.</summary>
internal sealed class StripeSender
{
    private static readonly ResiliencePropertyKey<StripeCall> CallKey = new("stripe.call");
    private readonly HttpClient _http;
    private readonly StripeMessages _messages;
    private readonly byte[] _apiKey;
    private readonly ResiliencePipeline<StripeResponse> _pipeline;
    private readonly Func<ResilienceContext, StripeCall, ValueTask<Outcome<StripeResponse>>> _attempt;

    public StripeSender(HttpClient http, StripeOptions options, TimeProvider time, ILogger logger)
    {
        // Each attempt has its own limit, below.
        http.Timeout = Timeout.InfiniteTimeSpan;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey);
        http.DefaultRequestHeaders.Add("Stripe-Version", options.ApiVersion);
        http.DefaultRequestHeaders.Add("User-Agent", $"Patterns.Stripe/{typeof(StripeSender).Assembly.GetName().Version?.ToString(3)}");
        _http = http;
        _messages = new StripeMessages(options, http.DefaultRequestVersion, http.DefaultVersionPolicy);
        _apiKey = Encoding.ASCII.GetBytes(options.ApiKey!);
        _attempt = AttemptAsync;
        _pipeline = new ResiliencePipelineBuilder<StripeResponse> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<StripeResponse>
            {
                MaxRetryAttempts = RequestRules.MaxRetries,
                ShouldHandle = static retry => ValueTask.FromResult(
                    !retry.Context.CancellationToken.IsCancellationRequested && RetryRules.ShouldRetry(CallOf(retry.Context), retry.AttemptNumber, retry.Outcome)),
                DelayGenerator = static retry => ValueTask.FromResult<TimeSpan?>(RetryRules.Delay(retry.AttemptNumber, CallOf(retry.Context).RetryAfter)),
                OnRetry = retry =>
                {
                    var call = CallOf(retry.Context);
                    var reason = Reason(retry.Outcome);
                    Telemetry.Retried(call.Request, reason);
                    Log.Retrying(logger, call.Request.Method, call.PathWithoutQuery, call.Attempts, reason, retry.RetryDelay);
                    return default;
                },
            })
            .AddTimeout(new TimeoutStrategyOptions { Timeout = options.Timeout })
            .Build();
    }

    public async Task<StripeResponse> SendAsync(StripeCall call, CancellationToken ct)
    {
        var context = ResilienceContextPool.Shared.Get(ct);
        context.Properties.Set(CallKey, call);
        Outcome<StripeResponse> outcome;
        try
        {
            outcome = await _pipeline.ExecuteOutcomeAsync(_attempt, context, call).ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
        if (outcome.Exception is not { } exception) return outcome.Result!;
        if (ct.IsCancellationRequested) throw Cancelled(call, exception, ct);
        if (RetryRules.IsUnanswered(exception)) throw Unanswered(call, exception);
        outcome.ThrowIfException();
        return outcome.Result!;
    }

    private static StripeCall CallOf(ResilienceContext context) => context.Properties.GetValue(CallKey, null!);

    private static string Reason(Outcome<StripeResponse> outcome) => outcome.Exception switch
    {
        null => outcome.Result!.Status.ToString(System.Globalization.CultureInfo.InvariantCulture),
        TimeoutRejectedException or OperationCanceledException => "timeout",
        _ => "connection",
    };

    private static OperationCanceledException Cancelled(StripeCall call, Exception exception, CancellationToken ct)
    {
        var cancelled = new OperationCanceledException(
            call.Attempts == 0 ? "The call was cancelled before it was sent." : "The call was cancelled. Whether Stripe did what it asked for is unknown: repeat it with the same idempotency key.", exception, ct);
        if (call.IdempotencyKey is { } key) cancelled.Data[StripeRequest.IdempotencyKeyData] = key;
        return cancelled;
    }

    private static StripeApiException Unanswered(StripeCall call, Exception exception)
    {
        var error = new StripeError { Message = $"No answer in {call.Attempts} attempt(s). Whether Stripe did what was asked for is unknown: repeat the call with the same idempotency key." };
        return new(StripeErrorKind.Connection, error, call.IdempotencyKey, exception);
    }

    private async ValueTask<Outcome<StripeResponse>> AttemptAsync(ResilienceContext context, StripeCall call)
    {
        call.Attempts++;
        call.ShouldRetry = null;
        call.RetryAfter = null;
        try
        {
            using var message = _messages.Make(call);
            using var answer = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, context.CancellationToken).ConfigureAwait(false);
            var body = await ResponseBody.ReadAsync(answer.Content, context.CancellationToken).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode) ReadRetryAdvice(call, answer, body);
            return Outcome.FromResult(new StripeResponse((int)answer.StatusCode, body)
            {
                RequestId = Header(answer, "Request-Id"),
                IsReplay = Header(answer, "Idempotent-Replayed") == "true",
                Attempts = call.Attempts,
                IdempotencyKey = call.IdempotencyKey,
            });
        }
#pragma warning disable CA1031 // The pipeline takes failures as values; SendAsync throws what is left of them.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Outcome.FromException<StripeResponse>(exception);
        }
    }

    private void ReadRetryAdvice(StripeCall call, HttpResponseMessage answer, byte[] body)
    {
        call.ShouldRetry = Header(answer, "Stripe-Should-Retry") switch { "true" => true, "false" => false, _ => null };
        call.RetryAfter = answer.Headers.RetryAfter?.Delta;
        Redact(body, _apiKey);
        if (call.Request.BearerToken is { } token) Redact(body, Encoding.ASCII.GetBytes(token));
    }

    // Stripe masks a key that it refuses. Whatever else answers in its place may repeat it, and errors end up in logs.
    private static void Redact(byte[] body, byte[] secret)
    {
        for (int found; secret.Length > 0 && (found = body.AsSpan().IndexOf(secret)) >= 0;) body.AsSpan(found, secret.Length).Fill((byte)'*');
    }

    private static string? Header(HttpResponseMessage answer, string name) => answer.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}
