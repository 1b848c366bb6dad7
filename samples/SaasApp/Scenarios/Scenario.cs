namespace SaasApp;

/// <summary>Something that happens to webhooks in the world, and what must come of it.</summary>
/// <param name="Id">Its name in addresses.</param>
/// <param name="Title">Its name on the button and in the table.</param>
/// <param name="Text">What will happen, in one line.</param>
/// <param name="Effects">How many payments there must be in the end: one for a genuine event, none for a forged one.</param>
public sealed record Scenario(string Id, string Title, string Text, int Effects)
{
    internal Func<ScenarioRun, Task> Play { get; private init; } = static _ => Task.CompletedTask;

    /// <summary>All of them, in the order in which they are told.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("once", "Once", "One event, delivered once. It takes effect.", Effects: 1)
        {
            Play = static run => run.DeliverAsync(run.Event),
        },
        new("ten-at-once", "Ten at once", "The same event ten times, at the same moment. One takes effect, nine are refused.", Effects: 1)
        {
            Play = static run => Task.WhenAll(Enumerable.Range(0, 10).Select(_ => run.DeliverAsync(run.Event))),
        },
        new("flipped-bit", "With a flipped bit", "A signed event with one bit changed on the way: 49.00 becomes 59.00. Refused, no effect.", Effects: 0)
        {
            Play = static run => run.DeliverAsync(run.Event.WithFlippedBit()),
        },
        new("five-minutes-late", "Five minutes late", "A genuine delivery, replayed 301 seconds after it was signed. Refused, no effect.", Effects: 0)
        {
            Play = static run => run.DeliverAsync(run.Event, age: TimeSpan.FromSeconds(301)),
        },
        new("killed-before-commit", "Killed before the commit", "A process is killed (SIGKILL) with the effect written but not committed. Delivered again, it takes effect once.", Effects: 1)
        {
            Play = static async run =>
            {
                await run.DeliverToDoomedProcessAsync(run.Event, CrashPoints.BeforeCommit);
                await run.DeliverAsync(run.Event);
            },
        },
        new("killed-after-commit", "Killed before the answer", "A process is killed after the commit, so that Stripe never hears of it. Delivered again, it is a duplicate.", Effects: 1)
        {
            Play = static async run =>
            {
                await run.DeliverToDoomedProcessAsync(run.Event, CrashPoints.AfterCommit);
                await run.DeliverAsync(run.Event);
            },
        },
        new("changed-in-between", "Again, with other bytes", "Stripe counts pending_webhooks down from one delivery to the next. Still the same event.", Effects: 1)
        {
            Play = static async run =>
            {
                await run.DeliverAsync(run.Event);
                await run.DeliverAsync(run.Event.WithPendingWebhooks(0));
            },
        },
    ];
}
