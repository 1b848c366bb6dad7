using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>One call: asks model after model until one gives a vector for each value. Not thread-safe.</summary>
internal sealed class EmbeddingCall(EmbeddingChain chain, IReadOnlyList<string> values, EmbeddingGenerationOptions? options, CancellationToken caller)
{
    // The waits of a chat chain's defaults: a chain of embeddings has no reason for others.
    private static readonly TimeSpan MaxRateLimitWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);
    private static readonly LlmFault WrongCount = new(LlmFaultKind.BadOutput, "wrong_count");

    private readonly long _started = chain.Time.GetTimestamp();
    private readonly Guid _id = CallIds.New(chain.Time.GetUtcNow());
    private readonly List<LlmAttempt> _attempts = [];
    private LlmAttempt? _last;
    private int _asked;
    private bool _isOver;

    public async Task<GeneratedEmbeddings<Embedding<float>>> RunAsync()
    {
        using var span = Telemetry.StartEmbeddings(chain.Name);
        foreach (var model in chain.Models)
        {
            if (_isOver)
                break;
            if (!model.Circuit.TryEnter(out var pass))
                Skip(model);
            else if (await AskAsync(model, pass, span).ConfigureAwait(false) is { } vectors)
                return Marked(vectors, model);
        }

        // All are open: asking the one that reopens first may succeed, and failing cannot.
        if (_asked == 0 && chain.Models.MinBy(static model => model.Circuit.ReopensAt) is { } first && await AskAsync(first, first.Circuit.EnterOpen(), span).ConfigureAwait(false) is { } late)
            return Marked(late, first);
        var failure = Failure();
        Telemetry.Failed(span, failure, _last?.Kind);
        ExceptionDispatchInfo.Throw(failure);
        return null;
    }

    private TimeSpan Left => chain.Time.GetElapsedTime(chain.Time.GetTimestamp(), _started + chain.Total);

    /// <summary>Asks a model, once more if its fault allows it. Null when it gave nothing.</summary>
    private async Task<GeneratedEmbeddings<Embedding<float>>?> AskAsync(EmbeddingModel model, CircuitPass pass, Activity? span)
    {
        for (var isRepeated = false; ; isRepeated = true)
        {
            var wire = WireRecord.For(model.Circuit);
            var (vectors, fault, told) = await AttemptAsync(model, wire, span).ConfigureAwait(false);
            if (fault is null)
                model.Circuit.Succeeded(pass);
            else if (FaultPolicy.CountsAgainstModel(fault.Kind))
                model.Circuit.Failed(pass, fault);
            else
                model.Circuit.Released(pass);
            if (wire is not null)
            {
                if (EvidenceReader.ExhaustedUntil(model.Provider, wire, chain.Time.GetUtcNow()) is { } until)
                    model.Circuit.OpenUntil(until, LlmFaultKind.RateLimited);
                model.RetryWarning.GiveOnce(wire, chain.Logger, model.Name, chain.Name, model.Provider);
            }

            if (fault is null)
                return vectors;

            _attempts.Add(_last = told!);
            _isOver = fault.Kind is LlmFaultKind.InvalidRequest or LlmFaultKind.Cancelled || _asked >= chain.Options.MaxAttempts || Left <= TimeSpan.Zero;
            var wait = _isOver || isRepeated ? null : FaultPolicy.WaitBeforeSameModel(fault, FaultPolicy.ReceivedNothing(wire, told!.Exception), MaxRateLimitWait, RetryDelay);
            var repeats = wait is not null && wait < Left;
            if (fault.Kind != LlmFaultKind.Cancelled)
                Log.AttemptFailed(chain.Logger, model.Name, chain.Name, fault.Kind, told!.Status, fault.Code, fault.RequestId, repeats ? NextStep.SameModel : _isOver ? NextStep.Stop : NextStep.NextModel);
            if (!repeats)
                return null;
            await Pause.ForAsync(wait!.Value, chain.Time, caller).ConfigureAwait(false);
            if (!model.Circuit.TryEnter(out pass))
                return null;
        }
    }

    private async Task<(GeneratedEmbeddings<Embedding<float>>? Vectors, LlmFault? Fault, LlmAttempt? Told)> AttemptAsync(EmbeddingModel model, WireRecord? wire, Activity? call)
    {
        _asked++;
        if (_last is { } last && last.Model != model.Name)
            Telemetry.CountFallback(chain.Name, last, model.Name);
        var started = chain.Time.GetTimestamp();
        using var span = Telemetry.StartEmbeddings(chain.Name, model, _asked, call);
        var clock = chain.Clocks.Take();
        if (wire is not null)
            WireRecord.Current = wire;
        GeneratedEmbeddings<Embedding<float>>? vectors = null;
        LlmFault? fault = null;
        LlmEvidence? evidence = null;
        Exception? thrown = null;
        try
        {
            clock.Start(started, _started + chain.Total, TimeLimit.Total, caller);
            var generating = model.Client.GenerateAsync(values, model.Cross(options, chain.Models[0], _id, _asked), clock.Token);
            if (await Task.WhenAny(generating, clock.Overdue).ConfigureAwait(false) != generating)
            {
                Log.TokenIgnored(chain.Logger, model.Name, chain.Name);
                _ = LeaveAsync(generating);
                throw new OperationCanceledException();
            }

            vectors = await generating.ConfigureAwait(false);
            if (vectors.Count != values.Count)
                (vectors, fault) = (null, WrongCount);
        }
        catch (Exception exception)
        {
            thrown = exception;
            if (caller.IsCancellationRequested)
                (fault, thrown) = (new LlmFault(LlmFaultKind.Cancelled), new OperationCanceledException("The call was cancelled.", exception, caller));
            else if (clock.Fired is not TimeLimit.None)
                (fault, thrown) = (new LlmFault(LlmFaultKind.Timeout, "total_timeout"), new TimeoutException($"The call of chain '{chain.Name}' took longer than {chain.Options.TotalTimeout.TotalSeconds:0.###} s (TotalTimeout), when model '{model.Name}' was asked.", exception));
            else
                fault = chain.Faults.Classify(evidence = chain.Evidence.Read(model.Provider, wire, exception));
        }
        finally
        {
            chain.Clocks.Return(clock);
        }

        var told = fault is null ? null : new LlmAttempt(model.Name, fault.Kind, evidence?.Status ?? wire?.Status, fault.Code, fault.RequestId, fault.Wait, chain.Time.GetElapsedTime(started), thrown);
        Telemetry.EndEmbeddings(span, model, chain.Time.GetElapsedTime(started), told, vectors?.Usage);
        return (vectors, fault, told);
    }

    // Whatever comes of it is seen by nobody, its exception included.
    private static async Task LeaveAsync(Task generating) => await generating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void Skip(EmbeddingModel model)
    {
        const string reason = "circuit_open";
        _attempts.Add(new LlmAttempt(model.Name, LlmFaultKind.Skipped, null, reason, null, null, TimeSpan.Zero, null));
        Telemetry.CountSkip(chain.Name, model.Name, reason);
    }

    private GeneratedEmbeddings<Embedding<float>> Marked(GeneratedEmbeddings<Embedding<float>> vectors, EmbeddingModel model)
    {
        vectors.AdditionalProperties = CallMarks.Of(model.Name, _asked, _id, vectors.AdditionalProperties);
        return vectors;
    }

    private Exception Failure()
    {
        var isOwn = _last!.Kind is LlmFaultKind.InvalidRequest or LlmFaultKind.Cancelled || _attempts.TrueForAll(attempt => attempt.Kind == LlmFaultKind.Skipped || attempt.Model == _last.Model);
        return isOwn && _last.Exception is { } own ? own : new LlmFallbackException(chain.Name, _attempts);
    }
}
