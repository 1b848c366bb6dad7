namespace Patterns.LlmFallback;

/// <summary>What was wrong with one attempt at one model. The kind decides whether the same model is asked again, whether the next one is, and what becomes of the model's circuit.</summary>
public enum LlmFaultKind
{
    /// <summary>The fault fits no rule. It acts as <see cref="ServerError"/>, and the same model is not asked again.</summary>
    Unknown,

    /// <summary>Too many requests or tokens for now (429). The same model is asked once more when the stated wait is short; its circuit cools for the stated wait.</summary>
    RateLimited,

    /// <summary>Money, credits or a spend limit ran out (402, and what providers answer instead of it). Waiting does not help; the model cools for minutes.</summary>
    QuotaExhausted,

    /// <summary>The provider has too much to do (529, 503). The next model is asked at once.</summary>
    Overloaded,

    /// <summary>The provider failed (other 5xx, 409). The same model is asked once more after a short wait.</summary>
    ServerError,

    /// <summary>No answer, no first token or no further token came in time: a timer of the chain, or 408, 504.</summary>
    Timeout,

    /// <summary>No connection, or one that broke: DNS, TLS, reset, a body cut short. The same model is asked once more if no byte was received.</summary>
    Network,

    /// <summary>The key or the account is refused (401, 403). The model cools for minutes, and one error is logged.</summary>
    Authentication,

    /// <summary>The model or the deployment does not exist (404).</summary>
    ModelUnavailable,

    /// <summary>The request has more tokens than the model's context window. Only models that declare a larger one are asked.</summary>
    ContextTooLong,

    /// <summary>The request has more bytes than the provider takes (413). Only models that declare a larger limit are asked.</summary>
    RequestTooLarge,

    /// <summary>The model does not know a parameter or a value of it (400).</summary>
    Unsupported,

    /// <summary>A content filter or the model itself refused. The next model is asked only if <see cref="LlmChainOptions.ContentFilter"/> says so.</summary>
    ContentFiltered,

    /// <summary>The answer is empty, or the chain's <see cref="LlmChainOptions.Accept"/> did not take it. The same model is asked once more.</summary>
    BadOutput,

    /// <summary>The request is wrong (other 400, 405, 415, 422): no model would take it, and none is asked.</summary>
    InvalidRequest,

    /// <summary>The caller's token was cancelled, and nothing more is asked. With the code <c>hedge_lost</c>: another model answered first.</summary>
    Cancelled,

    /// <summary>The model was not asked: its circuit is open, it lacks what the call needs, it costs too much, or its <see cref="LlmModelOptions.OnlyWhen"/> said no.</summary>
    Skipped,
}
