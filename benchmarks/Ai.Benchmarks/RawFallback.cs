using Microsoft.Extensions.AI;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace Ai.Benchmarks;

/// <summary>What a good engineer writes by hand: a pipeline of retry, circuit breaker and timeout around the first client, and a catch that asks the second.</summary>
internal sealed class RawFallback(IChatClient first, IChatClient second)
{
    private readonly CircuitBreakerManualControl _control = new();
    private ResiliencePipeline<ChatResponse>? _pipeline;

    private ResiliencePipeline<ChatResponse> Pipeline => _pipeline ??= new ResiliencePipelineBuilder<ChatResponse>()
        .AddRetry(new RetryStrategyOptions<ChatResponse> { MaxRetryAttempts = 1, Delay = TimeSpan.FromMilliseconds(200), ShouldHandle = new PredicateBuilder<ChatResponse>().Handle<HttpRequestException>() })
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<ChatResponse>
        {
            FailureRatio = 0.5, MinimumThroughput = 10, SamplingDuration = TimeSpan.FromSeconds(30), BreakDuration = TimeSpan.FromSeconds(15), ManualControl = _control,
        })
        .AddTimeout(TimeSpan.FromSeconds(60))
        .Build();

    public async Task<ChatResponse> AskAsync(IList<ChatMessage> messages, CancellationToken cancellationToken = default)
    {
        try
        {
            return await Pipeline.ExecuteAsync(
                static (call, token) => new ValueTask<ChatResponse>(call.first.GetResponseAsync(call.messages, options: null, token)), (first, messages), cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return await second.GetResponseAsync(messages, options: null, cancellationToken);
        }
    }

    public async Task OpenAsync()
    {
        _ = Pipeline;
        await _control.IsolateAsync();
    }
}
