namespace SaasApp;

/// <summary>Something that happens to webhooks in the world, and what must come of it.</summary>
/// <param name="Id">Its name in addresses.</param>
/// <param name="Title">Its name on the button and in the table.</param>
/// <param name="Text">What will happen, in one line.</param>
/// <param name="Effects">How many payments there must be in the end: one for a genuine event, none for a forged one.</param>
public sealed record Scenario(string Id, string Title, string Text, int Effects)
{
    internal Func<ScenarioRun, Task> Play { get; private init; } = static _ => Task.CompletedTask;

    internal string Type { get; private init; } = StripeWebhook.CheckoutCompleted;

    /// <summary>All of them, in the order in which they are told.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("once", "Once", "One event, delivered once: it takes effect.", Effects: 1)
        {
            Play = static run => run.DeliverAsync(run.Event),
        },
        new("ten-at-once", "Ten at once", "One event, ten deliveries: one takes effect.", Effects: 1)
        {
            Play = static run => Task.WhenAll(Enumerable.Range(0, 10).Select(_ => run.DeliverAsync(run.Event))),
        },
        new("flipped-bit", "With a flipped bit", "49.00 became 59.00 on the way: refused.", Effects: 0)
        {
            Play = static run => run.DeliverAsync(run.Event.WithFlippedBit()),
        },
        new("five-minutes-late", "Five minutes late", "Replayed 301 s after it was signed: refused.", Effects: 0)
        {
            Play = static run => run.DeliverAsync(run.Event, age: TimeSpan.FromSeconds(301)),
        },
        new("killed-before-commit", "Killed before the commit", "SIGKILL, then delivered again: it takes effect once.", Effects: 1)
        {
            Play = static async run =>
            {
                await run.DeliverToDoomedProcessAsync(run.Event, CrashPoints.BeforeCommit);
                await run.DeliverAsync(run.Event);
            },
        },
        new("killed-after-commit", "Killed before the answer", "Committed, SIGKILL, delivered again: a duplicate.", Effects: 1)
        {
            Play = static async run =>
            {
                await run.DeliverToDoomedProcessAsync(run.Event, CrashPoints.AfterCommit);
                await run.DeliverAsync(run.Event);
            },
        },
        new("changed-in-between", "Again, with other bytes", "Only pending_webhooks differs: the same event.", Effects: 1)
        {
            Play = static async run =>
            {
                await run.DeliverAsync(run.Event);
                await run.DeliverAsync(run.Event.WithPendingWebhooks(0));
            },
        },
        new("stored", "Stored, done later", "An invoice, delivered twice: its receipt follows.", Effects: 1)
        {
            Type = StripeWebhook.InvoicePaid,
            Play = static async run =>
            {
                await run.DeliverAsync(run.Event);
                await run.DeliverAsync(run.Event);
            },
        },
        new("killed-before-work", "Killed before the work", "Stored, SIGKILL: another process does the work.", Effects: 1)
        {
            Type = StripeWebhook.InvoicePaid,
            Play = static async run =>
            {
                await run.DeliverToDoomedProcessAsync(run.Event, CrashPoints.AfterCommit);
                await run.DeliverAsync(run.Event);
            },
        },
    ];
}
