using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Patterns.Shared;

namespace Patterns.LlmCost;

/// <summary>Makes one row of one attempt and hands it to the ledger. Nothing of it reaches the caller but the refusal of a call without a tenant, before it is made.</summary>
internal sealed class CallRecorder
{
    // With a full queue and a full spill the ledger has no room: the row still waits for it, the caller no longer does.
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(1);

    private readonly ILlmCost _cost;
    private readonly string _operation;
    private readonly string _provider;
    private readonly string? _model;
    private readonly string _tier;
    private readonly string _region;
    private readonly LlmCostOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <param name="cost">The ledger.</param>
    /// <param name="operation">What the calls do, as the GenAI semantic conventions name it.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="model">The model that is asked when a call names none.</param>
    /// <param name="tier">The tier where an answer tells none.</param>
    /// <param name="region">The region where an answer tells none.</param>
    public CallRecorder(ILlmCost cost, string operation, string provider, string? model, string tier, string region)
    {
        ArgumentNullException.ThrowIfNull(cost);
        PlainText.Check(provider, nameof(provider), CallChecks.MaxProvider);
        PlainText.Check(region, nameof(region), CallChecks.MaxRegion, min: 0);
        if (!PriceTiers.Has(tier))
            throw new ArgumentException($"The tier is '{tier}'; it takes {PriceTiers.All}.", nameof(tier));

        var settings = cost as IClientSettings;
        (_cost, _operation, _provider, _model, _tier, _region) = (cost, operation, provider.ToLowerInvariant(), model, tier, region);
        (_options, _time, _logger) = (settings?.Options ?? new LlmCostOptions(), settings?.Time ?? TimeProvider.System, settings?.Logger ?? NullLogger.Instance);
    }

    public CallStart Begin(AdditionalPropertiesDictionary? properties, string? modelId)
    {
        var attribution = CallAttribution.Of(properties);
        if (attribution.TenantId is null && _options.RequireTenant)
        {
            throw new InvalidOperationException(
                $"The call has no {(attribution.Fault is null ? "" : "usable ")}tenant, and LlmCostOptions.RequireTenant is set; it was not made. Open a scope around it with LlmCostScope.Begin(tenantId), or set 'patterns.tenant' in the options' AdditionalProperties.");
        }

        var now = _time.GetUtcNow();
        if (attribution.CallId is { } id && !CallChecks.IsNear(id, now))
            attribution = attribution with { CallId = null, Fault = attribution.Fault ?? $"{CallAttribution.CallIdKey} is of another time than the call" };
        return new(attribution, now, modelId ?? _model);
    }

    public LlmWireUsage? ReadRaw(object raw)
    {
        foreach (var reader in _options.UsageReaders)
        {
            try
            {
                if (reader(raw) is { Usage: not null } usage)
                    return usage;
            }
            catch (Exception e)
            {
                Log.UsageNotRead(_logger, _provider, e);
            }
        }

        return null;
    }

    /// <summary>The size of what was asked: zero when it cannot be read, since it is the caller's, who may be changing it.</summary>
    public long SizeOf<TRequest>(TRequest request, Func<TRequest, long> bytes)
    {
        try
        {
            return bytes(request);
        }
        catch (Exception e)
        {
            NotCounted(e);
            return 0;
        }
    }

    public void NotCounted(Exception exception) => Log.NotCounted(_logger, _provider, exception);

    /// <summary>Books an attempt that ended: with the usage that was told, else with what can be estimated from the size of its request, else (when there is nothing to estimate) as one that failed.</summary>
    /// <param name="start">The call.</param>
    /// <param name="meter">What it told.</param>
    /// <param name="requestBytes">The request's size when the answer was cut short or told no usage; null otherwise.</param>
    public ValueTask EndAsync(in CallStart start, in CallMeter meter, long? requestBytes)
    {
        try
        {
            var told = requestBytes is null || meter.Finished ? meter.Told() : null;
            var (usage, state) = told is not null ? (told, LlmCallState.Settled)
                : requestBytes is { } bytes ? (meter.Estimated(bytes), LlmCallState.Estimated)
                : (new LlmWireUsage(LlmUsage.None), LlmCallState.Failed);
            return QueueAsync(Row(start, meter, usage, state), start.Model);
        }
        catch (Exception e)
        {
            NotBooked(meter.ModelId ?? start.Model ?? "", e);
            return ValueTask.CompletedTask;
        }
    }

    private LlmCall Row(in CallStart start, in CallMeter meter, LlmWireUsage usage, LlmCallState state)
    {
        var attribution = start.Attribution;
        var model = Storable(meter.ModelId) ?? Storable(start.Model) ?? "unknown";
        if (attribution.Fault is { } fault)
            Log.BadAttribution(_logger, _provider, model, fault);
        if (attribution.TenantId is null)
        {
            Telemetry.CountUnattributed(_provider);
            if (attribution.Fault is null)
                Log.Unattributed(_logger, _provider, model);
        }

        if (usage.Suspect is { } reason)
            Log.SuspectUsage(_logger, _provider, model, reason);
        return new(attribution.TenantId ?? CallAttribution.Unattributed, attribution.CallId ?? Guid.CreateVersion7(start.At), _provider, model, usage.Usage)
        {
            Attempt = attribution.Attempt,
            State = state,
            // Whatever a provider or a reader says: a row is not lost for it.
            Tier = usage.Tier is { } tier && PriceTiers.Has(tier) ? tier : _tier,
            Region = usage.Region is { } region && PlainText.FaultOf(region, CallChecks.MaxRegion, min: 0) is null ? region : _region,
            Feature = attribution.Feature,
            UserId = attribution.UserId,
            RunId = attribution.RunId,
            StartedAt = start.At,
            ResponseId = meter.ResponseId is { } id && PlainText.FaultOf(id, CallChecks.MaxResponseId) is null ? id : null,
            Suspect = usage.Suspect is not null,
        };
    }

    private ValueTask QueueAsync(LlmCall call, string? asked)
    {
        if (Telemetry.CountsCalls)
            Telemetry.CountCall(call, _operation, asked, _cost.Price(call));

        // The caller may have given up; the row is kept all the same.
        var queued = _cost.QueueAsync(call, CancellationToken.None);
        return queued.IsCompletedSuccessfully ? queued : new(WaitAsync(queued, call.Model));
    }

    private async Task WaitAsync(ValueTask queued, string model)
    {
        await ObserveAsync().WaitAsync(MaxDelay, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        async Task ObserveAsync()
        {
            try
            {
                await queued.ConfigureAwait(false);
            }
            catch (Exception e)
            {
                NotBooked(model, e);
            }
        }
    }

    private void NotBooked(string model, Exception exception)
    {
        Telemetry.CountNotBooked(_provider);
        Log.NotBooked(_logger, _provider, model, exception);
    }

    /// <summary>What of a model's name can be stored; null when nothing of it can.</summary>
    private static string? Storable(string? model)
    {
        if (string.IsNullOrEmpty(model))
            return null;
        if (PlainText.FaultOf(model, CallChecks.MaxModel) is null)
            return model;

        var text = string.Concat(model.EnumerateRunes().Where(static rune => !Rune.IsControl(rune)));
        if (text.Length > CallChecks.MaxModel)
            text = text[..(char.IsHighSurrogate(text[CallChecks.MaxModel - 1]) ? CallChecks.MaxModel - 1 : CallChecks.MaxModel)];
        return text.Length > 0 ? text : null;
    }
}
