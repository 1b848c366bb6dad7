namespace Patterns.LlmCost;

/// <summary>
/// What a provider counted, on the way to disjoint buckets: <see cref="Input"/> and <see cref="Output"/> are totals that hold the other counts of their side.
/// </summary>
internal struct UsageCounts
{
    public long Input { get; set; }

    public long CacheRead { get; set; }

    public long CacheWrite5m { get; set; }

    public long CacheWrite1h { get; set; }

    public long InputAudio { get; set; }

    public long InputImage { get; set; }

    public long Output { get; set; }

    public long OutputAudio { get; set; }

    public long OutputImage { get; set; }

    public long WebSearches { get; set; }

    public long Reasoning { get; set; }

    /// <summary>Why the counts cannot all be right; null when they can.</summary>
    public string? Suspect { get; private set; }

    /// <summary>
    /// Tells by the provider's total whether counts stand apart from input and output, and adds them there: thoughts of Gemini and xAI to the output, the prompts of Gemini's tools to the input.
    /// </summary>
    public void Explain(long? total, long toolPrompt)
    {
        if (total is not > 0)
            return;

        var apart = total.Value - Input - Output;
        if (Reasoning > 0 && apart >= Reasoning)
        {
            Output += Reasoning;
            apart -= Reasoning;
        }

        if (toolPrompt > 0 && apart >= toolPrompt)
        {
            Input += toolPrompt;
            apart -= toolPrompt;
        }

        if (apart != 0)
            Doubt($"the total of {total} is not the sum of its parts");
    }

    public LlmUsage ToUsage()
    {
        var (cacheRead, write5m, write1h) = (Checked(CacheRead), Checked(CacheWrite5m), Checked(CacheWrite1h));
        var uncached = Checked(Input) - cacheRead - write5m - write1h;
        if (uncached < 0)
            Doubt($"cached tokens exceed the {Input} input tokens");

        // Audio that was read from the cache is in both counts, and is priced as cached.
        var audio = Math.Min(Checked(InputAudio), Math.Max(uncached, 0));
        var image = Math.Min(Checked(InputImage), Math.Max(uncached, 0) - audio);
        var text = Checked(Output) - Checked(OutputAudio) - Checked(OutputImage);
        if (text < 0)
            Doubt($"audio and images exceed the {Output} output tokens");
        if (Checked(Reasoning) > Checked(Output))
            Doubt($"reasoning exceeds the {Output} output tokens");
        return new LlmUsage
        {
            Input = Math.Max(uncached, 0) - audio - image,
            CacheRead = cacheRead,
            CacheWrite5m = write5m,
            CacheWrite1h = write1h,
            InputAudio = audio,
            InputImage = image,
            Output = Math.Max(text, 0),
            OutputAudio = Checked(OutputAudio),
            OutputImage = Checked(OutputImage),
            WebSearches = Checked(WebSearches),
            Reasoning = Checked(Reasoning),
        };
    }

    private long Checked(long count)
    {
        var kept = Math.Clamp(count, 0, LlmUsage.MaxCount);
        if (kept != count)
            Doubt($"a count of {count}");
        return kept;
    }

    private void Doubt(string reason) => Suspect ??= reason;
}
