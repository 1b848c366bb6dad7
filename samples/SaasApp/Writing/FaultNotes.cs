using Microsoft.Extensions.AI;
using Patterns.LlmFallback;

namespace SaasApp;

/// <summary>What was wrong with the models that were asked before the one that answered. The chain tells whoever decides whether the next model may be asked, so this listens there.</summary>
internal sealed class FaultNotes
{
    private const string Property = "saas_app.notes";

    public IReadOnlyList<LlmAttempt> Faults { get; private set; } = [];

    /// <summary>Lets a call tell this.</summary>
    public ChatOptions Of(ChatOptions options)
    {
        (options.AdditionalProperties ??= [])[Property] = this;
        return options;
    }

    /// <summary>Every model may always be asked.</summary>
    public static bool Take(LlmRequest request)
    {
        if (request.Options?.AdditionalProperties?.GetValueOrDefault(Property) is FaultNotes notes) notes.Faults = [.. request.Attempts];
        return true;
    }

    /// <summary>What a call that nobody answered tells.</summary>
    public void Take(IEnumerable<LlmAttempt> attempts) => Faults = [.. attempts];
}
