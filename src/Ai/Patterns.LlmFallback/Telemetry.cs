using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>Spans and measures, by the OpenTelemetry conventions for generative AI. They are in Development, so their names live here and nowhere else. Nothing is worked out while nobody listens.</summary>
internal static partial class Telemetry
{
    public const string Name = "Patterns.LlmFallback";
    private const string OperationName = "gen_ai.operation.name";
    private const string ProviderName = "gen_ai.provider.name";
    private const string RequestModel = "gen_ai.request.model";
    private const string ResponseModel = "gen_ai.response.model";
    private const string InputTokens = "gen_ai.usage.input_tokens";
    private const string OutputTokens = "gen_ai.usage.output_tokens";
    private const string TokenType = "gen_ai.token.type";
    private const string ErrorType = "error.type";
    private const string ChainTag = "patterns.chain";
    private const string ModelTag = "patterns.model";
    private const string AttemptTag = "patterns.attempt";
    private const string Chat = "chat";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("gen_ai.client.operation.duration", "s", "Time of one attempt at one model.");
    private static readonly Histogram<long> Tokens = Meter.CreateHistogram<long>("gen_ai.client.token.usage", "{token}", "Tokens of one attempt, by type.");
    private static readonly Histogram<double> FirstContent = Meter.CreateHistogram<double>("gen_ai.client.operation.time_to_first_chunk", "s", "Time of one attempt up to the first content of its stream.");
    private static readonly Counter<long> Fallbacks = Meter.CreateCounter<long>("patterns.llm_fallback.fallbacks", "{fallback}", "Times that a chain moved from one model to another, by the fault of the first.");
    private static readonly Counter<long> Skips = Meter.CreateCounter<long>("patterns.llm_fallback.skips", "{skip}", "Times that a model was not asked, by reason.");
    private static readonly Counter<long> Hedges = Meter.CreateCounter<long>("patterns.llm_fallback.hedges", "{hedge}", "Times that a second model was started beside one that was slow.");
    private static readonly List<WeakReference<IModelChain>> Chains = [];
    private static readonly Lock Gate = new();

    static Telemetry() => Meter.CreateObservableGauge("patterns.llm_fallback.circuit", ObserveCircuits, "{state}", "State of a model's circuit: 0 closed, 1 half open, 2 open.");

    /// <summary>Shows the circuits of a chain for as long as it lives.</summary>
    public static void Watch(IModelChain chain)
    {
        lock (Gate)
        {
            Chains.RemoveAll(static known => !known.TryGetTarget(out _));
            Chains.Add(new WeakReference<IModelChain>(chain));
        }
    }

    public static Activity? StartCall(Chain chain, ChatOptions? options)
    {
        if (Source.StartActivity(Chat, ActivityKind.Internal) is not { } span)
            return null;
        span.DisplayName = $"{Chat} {chain.Name}";
        return span.SetTag(OperationName, Chat).SetTag(RequestModel, options?.ModelId ?? chain.Name).SetTag(ChainTag, chain.Name);
    }

    /// <summary>The parent is named, as a stream's reader may be in another context by now.</summary>
    public static Activity? StartAttempt(Attempt attempt, Activity? call)
    {
        if (call is null || Source.StartActivity(Chat, ActivityKind.Client, call.Context) is not { } span)
            return null;
        var model = attempt.Options?.ModelId ?? attempt.Model.ModelId;
        span.DisplayName = $"{Chat} {model}";
        return span.SetTag(OperationName, Chat).SetTag(ProviderName, attempt.Model.Provider).SetTag(RequestModel, model).SetTag(ModelTag, attempt.Model.Name).SetTag(AttemptTag, attempt.Number);
    }

    public static void Answered(Activity? call, ChainModel model, string? responseModel, UsageDetails? usage)
    {
        if (call is null)
            return;
        call.SetTag(ProviderName, model.Provider).SetTag(ModelTag, model.Name);
        Tell(call, responseModel, usage);
    }

    public static void Failed(Activity? call, Exception exception, LlmFaultKind? kind) =>
        call?.SetTag(ErrorType, kind is { } known ? Of(known) : exception.GetType().FullName).SetStatus(ActivityStatusCode.Error);

    public static void FirstChunk(Chain chain, Attempt attempt)
    {
        if (FirstContent.Enabled)
            FirstContent.Record(chain.Time.GetElapsedTime(attempt.Started).TotalSeconds, Tags(attempt, null, null));
    }

    /// <summary>Ends an attempt; without a told fault it was answered, or lost against another.</summary>
    public static void EndAttempt(Chain chain, Attempt attempt, LlmAttempt? told, UsageDetails? usage, string? responseModel)
    {
        if (Duration.Enabled)
            Duration.Record(chain.Time.GetElapsedTime(attempt.Started).TotalSeconds, Tags(attempt, responseModel, told));
        if (usage is not null && Tokens.Enabled)
        {
            CountTokens(attempt, responseModel, "input", usage.InputTokenCount);
            CountTokens(attempt, responseModel, "output", usage.OutputTokenCount);
        }

        if (attempt.Span is not { } span)
            return;
        attempt.Span = null;
        Tell(span, responseModel, usage);
        if (told is not null)
            span.SetTag(ErrorType, Of(told.Kind)).SetStatus(ActivityStatusCode.Error, told.Code);
        if (told?.Status is { } status)
            span.SetTag("http.response.status_code", status);
        span.Dispose();
    }

    public static void CountFallback(string chain, LlmAttempt from, string to)
    {
        if (Fallbacks.Enabled)
            Fallbacks.Add(1, [new(ChainTag, chain), new("from", from.Model), new("to", to), new("kind", Of(from.Kind))]);
    }

    public static void CountSkip(string chain, string model, string reason)
    {
        if (Skips.Enabled)
            Skips.Add(1, new(ChainTag, chain), new(ModelTag, model), new("reason", reason));
    }

    public static void CountHedge(Chain chain, ChainModel first, ChainModel second)
    {
        if (Hedges.Enabled)
            Hedges.Add(1, new(ChainTag, chain.Name), new("from", first.Name), new("to", second.Name));
    }

    private static void Tell(Activity span, string? responseModel, UsageDetails? usage)
    {
        if (responseModel is not null)
            span.SetTag(ResponseModel, responseModel);
        if (usage?.InputTokenCount is { } input)
            span.SetTag(InputTokens, input);
        if (usage?.OutputTokenCount is { } output)
            span.SetTag(OutputTokens, output);
    }

    private static void CountTokens(Attempt attempt, string? responseModel, string type, long? count)
    {
        if (count is not { } tokens)
            return;
        var tags = Tags(attempt, responseModel, null);
        tags.Add(TokenType, type);
        Tokens.Record(tokens, tags);
    }

    private static TagList Tags(Attempt attempt, string? responseModel, LlmAttempt? told)
    {
        var tags = new TagList { { OperationName, Chat }, { ProviderName, attempt.Model.Provider }, { RequestModel, attempt.Options?.ModelId ?? attempt.Model.ModelId } };
        if (responseModel is not null)
            tags.Add(ResponseModel, responseModel);
        if (told is not null)
            tags.Add(ErrorType, Of(told.Kind));
        return tags;
    }

    // The kind's own name: it is what the exception and the documentation call it.
    private static string Of(LlmFaultKind kind) => Enum.GetName(kind) ?? nameof(LlmFaultKind.Unknown);

    private static List<Measurement<int>> ObserveCircuits()
    {
        var states = new List<Measurement<int>>();
        lock (Gate)
        {
            foreach (var known in Chains)
            {
                if (!known.TryGetTarget(out var chain))
                    continue;
                foreach (var (model, circuit) in chain.Circuits)
                {
                    var state = circuit.Status(model).State switch { LlmCircuitState.Closed => 0, LlmCircuitState.HalfOpen => 1, _ => 2 };
                    states.Add(new Measurement<int>(state, new KeyValuePair<string, object?>(ChainTag, chain.Name), new KeyValuePair<string, object?>(ModelTag, model)));
                }
            }
        }

        return states;
    }
}
