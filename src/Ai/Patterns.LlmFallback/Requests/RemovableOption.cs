using Microsoft.Extensions.AI;

namespace Patterns.LlmFallback;

/// <summary>A property of <see cref="ChatOptions"/> that can be left out for a model.</summary>
internal sealed record RemovableOption(string Name, Func<ChatOptions, bool> IsSet, Action<ChatOptions> Clear)
{
    private static readonly RemovableOption ModelId = new(nameof(ChatOptions.ModelId), static o => o.ModelId is not null, static o => o.ModelId = null);
    private static readonly RemovableOption Raw = new(nameof(ChatOptions.RawRepresentationFactory), static o => o.RawRepresentationFactory is not null, static o => o.RawRepresentationFactory = null);

    /// <summary>Those that a model may declare as unsupported.</summary>
    public static IReadOnlyList<RemovableOption> All { get; } =
    [
        new(nameof(ChatOptions.Temperature), static o => o.Temperature is not null, static o => o.Temperature = null),
        new(nameof(ChatOptions.MaxOutputTokens), static o => o.MaxOutputTokens is not null, static o => o.MaxOutputTokens = null),
        new(nameof(ChatOptions.TopP), static o => o.TopP is not null, static o => o.TopP = null),
        new(nameof(ChatOptions.TopK), static o => o.TopK is not null, static o => o.TopK = null),
        new(nameof(ChatOptions.FrequencyPenalty), static o => o.FrequencyPenalty is not null, static o => o.FrequencyPenalty = null),
        new(nameof(ChatOptions.PresencePenalty), static o => o.PresencePenalty is not null, static o => o.PresencePenalty = null),
        new(nameof(ChatOptions.Seed), static o => o.Seed is not null, static o => o.Seed = null),
        new(nameof(ChatOptions.Reasoning), static o => o.Reasoning is not null, static o => o.Reasoning = null),
        new(nameof(ChatOptions.ResponseFormat), static o => o.ResponseFormat is not null, static o => o.ResponseFormat = null),
        new(nameof(ChatOptions.StopSequences), static o => o.StopSequences is not null, static o => o.StopSequences = null),
        new(nameof(ChatOptions.AllowMultipleToolCalls), static o => o.AllowMultipleToolCalls is not null, static o => o.AllowMultipleToolCalls = null),
        new(nameof(ChatOptions.ToolMode), static o => o.ToolMode is not null, static o => o.ToolMode = null),
        new(nameof(ChatOptions.AllowBackgroundResponses), static o => o.AllowBackgroundResponses is not null, static o => o.AllowBackgroundResponses = null),
        ModelId,
        Raw,
    ];

    /// <summary>What is left out whenever this model is asked.</summary>
    public static RemovableOption[] For(ChainModel model, ChainModel first)
    {
        var removed = All.Where(option => model.Options.UnsupportedOptions.Contains(option.Name)).ToHashSet();
        if (model.Place != first.Place)
        {
            // The name of a model means nothing at another provider, and at the same one it would ask the model that just failed.
            removed.Add(ModelId);
            if (model.Provider is null || !string.Equals(model.Provider, first.Provider, StringComparison.OrdinalIgnoreCase))
                removed.Add(Raw);
        }

        return [.. removed];
    }
}
