using System.Collections.Concurrent;

namespace SaasApp;

/// <summary>One run of a scenario: an event, and the deliveries that it goes through.</summary>
internal sealed class ScenarioRun(StripeTestEvent stripeEvent, Uri application, StripeSender sender, Func<Task<DoomedProcess>> startDoomed, CancellationToken ct)
{
    private readonly ConcurrentQueue<ScenarioReport.Answer> _answers = new();

    public StripeTestEvent Event => stripeEvent;

    public IReadOnlyList<ScenarioReport.Answer> Answers => [.. _answers];

    /// <summary>Delivers to the application.</summary>
    /// <param name="delivered">The event, or what somebody has made of it.</param>
    /// <param name="age">How long ago it was signed.</param>
    public async Task DeliverAsync(StripeTestEvent delivered, TimeSpan age = default) =>
        _answers.Enqueue(await sender.SendAsync(application, delivered, age, crashPoint: null, ct));

    /// <summary>Delivers to a second process of the application, which kills itself on the way.</summary>
    public async Task DeliverToDoomedProcessAsync(StripeTestEvent delivered, string crashPoint)
    {
        await using var doomed = await startDoomed();
        _answers.Enqueue(await sender.SendAsync(doomed.Address, delivered, age: default, crashPoint, ct));
        await doomed.WaitForDeathAsync(ct);
    }
}
