using Microsoft.Extensions.AI;

namespace Patterns.LlmCost;

/// <summary>Gathers what one call tells of its usage, update by update, without keeping any of its text.</summary>
internal struct CallMeter(CallRecorder recorder)
{
    private LlmWireUsage? _input;
    private LlmWireUsage? _last;
    private long _bytes;

    public string? ModelId { get; private set; }

    public string? ResponseId { get; private set; }

    public UsageDetails? Details { get; private set; }

    /// <summary>Whether the provider has begun to answer.</summary>
    public bool Begun { get; private set; }

    /// <summary>Whether it has told any usage.</summary>
    public readonly bool HasUsage => Details is not null || _last is not null;

    /// <summary>Whether a stream that ended has told its usage: what the messages of an SDK tell before the end is not yet the whole.</summary>
    public readonly bool HasFinalUsage => Details is not null || (_last is not null && Finished);

    /// <summary>Whether it has said why it ended: what it told of the usage is then the whole.</summary>
    public bool Finished { get; private set; }

    public void Count(ChatResponseUpdate update)
    {
        Begun = true;
        try
        {
            Add(update);
        }
        catch (Exception e)
        {
            // The values in a call of a function are anybody's, and their text is theirs to make.
            recorder.NotCounted(e);
        }
    }

    public void Count(ChatResponse response)
    {
        Begun = true;
        try
        {
            Add(response);
        }
        catch (Exception e)
        {
            recorder.NotCounted(e);
        }
    }

    public void Count(string? modelId, UsageDetails? usage)
    {
        Begun = true;
        (ModelId, Details) = (modelId, usage);
    }

    /// <summary>What the provider told; null when it told nothing.</summary>
    public readonly LlmWireUsage? Told()
    {
        var total = Details is null ? _last : UsageDetailsReader.Read(Details);
        if (total is null || _last is null || _input is null)
            return total;

        // The first message of an Anthropic stream tells the life of written caches and the last one does not: the earlier reading of the same total is the finer one.
        var usage = total.Usage;
        if (_input.Usage.InputTokens == usage.InputTokens)
        {
            var finer = _input.Usage;
            usage = usage with
            {
                Input = finer.Input,
                CacheRead = finer.CacheRead,
                CacheWrite5m = finer.CacheWrite5m,
                CacheWrite1h = finer.CacheWrite1h,
                InputAudio = finer.InputAudio,
                InputImage = finer.InputImage,
            };
        }

        if (_last.Usage.OutputTokens == usage.OutputTokens)
            usage = usage with { Output = _last.Usage.Output, OutputAudio = _last.Usage.OutputAudio, OutputImage = _last.Usage.OutputImage, Reasoning = Math.Max(usage.Reasoning, _last.Usage.Reasoning) };
        return total with
        {
            Usage = usage with { WebSearches = Math.Max(usage.WebSearches, _last.Usage.WebSearches) },
            Suspect = total.Suspect ?? _last.Suspect,
            Tier = _last.Tier ?? _input.Tier,
            Region = _last.Region ?? _input.Region,
        };
    }

    /// <summary>What an answer that was cut short, or came without usage, has used as far as can be seen.</summary>
    public readonly LlmWireUsage Estimated(long requestBytes)
    {
        var told = Told();
        var seen = told?.Usage ?? new LlmUsage { Input = Math.Min(TextEstimate.Tokens(requestBytes), LlmUsage.MaxCount) };
        var streamed = TextEstimate.Tokens(_bytes);
        return new(streamed > seen.OutputTokens ? seen with { Output = streamed, OutputAudio = 0, OutputImage = 0 } : seen, told?.Tier, told?.Region);
    }

    private void Add(ChatResponseUpdate update)
    {
        Finished |= update.FinishReason is not null;

        // Azure's first event has both, and both are empty.
        ModelId = string.IsNullOrEmpty(update.ModelId) ? ModelId : update.ModelId;
        ResponseId = string.IsNullOrEmpty(update.ResponseId) ? ResponseId : update.ResponseId;
        Read(update.RawRepresentation);
        var contents = update.Contents;
        for (var i = 0; i < contents.Count; i++)
        {
            // Cumulative: the last one holds those before it.
            if (contents[i] is UsageContent usage)
                Details = usage.Details;
            else
                _bytes += TextEstimate.Bytes(contents[i]);
        }
    }

    private void Add(ChatResponse response)
    {
        (ModelId, ResponseId, Details) = (response.ModelId, response.ResponseId, response.Usage);
        Read(response.RawRepresentation);
        if (HasUsage)
            return;

        foreach (var message in response.Messages)
        {
            foreach (var content in message.Contents)
                _bytes += TextEstimate.Bytes(content);
        }
    }

    private void Read(object? raw)
    {
        if (raw is null || recorder.ReadRaw(raw) is not { } reading)
            return;

        _last = reading;
        if (reading.Usage.InputTokens > 0 && _input?.Usage.InputTokens != reading.Usage.InputTokens)
            _input = reading;
    }
}
