namespace Patterns.LlmFallback;

/// <summary>One attempt of a call at one model, or the reason why that model was not asked.</summary>
/// <param name="Model">The model's name in the chain.</param>
/// <param name="Kind">What was wrong; <see cref="LlmFaultKind.Skipped"/> when it was not asked.</param>
/// <param name="Status">The HTTP status, when one came.</param>
/// <param name="Code">The provider's word for the fault, or the chain's: <c>first_token_timeout</c>, <c>idle_timeout</c>, <c>attempt_timeout</c>, <c>total_timeout</c>, <c>empty_answer</c>, <c>not_accepted</c>, <c>wrong_count</c> (of vectors), <c>hedge_lost</c>; of a skipped model the reason, such as <c>circuit_open</c>, <c>lacks_vision</c>, <c>context_window</c>, <c>output_limit</c>, <c>request_bytes</c>, <c>other_provider</c>, <c>cost</c>, <c>only_when</c>.</param>
/// <param name="RequestId">The provider's id of the request.</param>
/// <param name="Wait">The wait that the provider stated.</param>
/// <param name="Elapsed">How long the attempt took.</param>
/// <param name="Exception">What the provider's SDK threw; null when it threw nothing.</param>
public sealed record LlmAttempt(string Model, LlmFaultKind Kind, int? Status, string? Code, string? RequestId, TimeSpan? Wait, TimeSpan Elapsed, Exception? Exception);
