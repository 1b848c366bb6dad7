using Npgsql;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>A request of the model: what was asked, what may come of it, and what came.</summary>
/// <param name="entry">What is asked.</param>
/// <param name="cancelAfter">After how many turns of the scheduler its token is cancelled; null for never.</param>
public sealed class ModelRequest(Entry entry, int? cancelAfter)
{
    private const string Applied = "applied";
    private const string NotSent = "cancelled, not applied";
    private const string OnItsWay = "cancelled, unknown";

    private Task<string>? _ended;

    public Entry Entry => entry;

    public string Ended { get; private set; } = "";

    private bool IsGood => entry.Fault == "" || entry.Fault.Contains('*', StringComparison.Ordinal);

    public void Start(GroupCommit<Entry, Answer> group)
    {
        ArgumentNullException.ThrowIfNull(group);
        var cancel = new CancellationTokenSource();
        _ended = EndAsync(group.RunAsync(entry, cancel.Token), cancel, cancelAfter is { } turns ? CancelAsync(cancel, turns) : Task.CompletedTask);
    }

    public async Task EndedAsync() => Ended = await _ended!;

    /// <summary>What the caller may be told.</summary>
    /// <param name="taken">Whether somebody else had its row in the end.</param>
    public IEnumerable<string> Expected(bool taken)
    {
        yield return !IsGood ? entry.Fault : taken ? "23505" : Applied;
        if (cancelAfter is null)
            yield break;

        yield return NotSent;
        yield return OnItsWay;
    }

    /// <summary>
    /// Whether its row must be there, or must not. One that was cancelled on its way is carried out all the same, unless its batch was rolled back and its key is blocked by then: null.
    /// </summary>
    public bool? IsApplied(bool behindLock) => Ended switch
    {
        Applied => true,
        OnItsWay when IsGood => behindLock ? null : true,
        _ => false,
    };

    public override string ToString() => $"{entry}, cancelled after {cancelAfter?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "never"}";

    private static async Task CancelAsync(CancellationTokenSource cancel, int turns)
    {
        for (var turn = 0; turn < turns; turn++)
            await Task.Yield();
        await cancel.CancelAsync();
    }

    private async Task<string> EndAsync(ValueTask<Answer> call, CancellationTokenSource cancel, Task cancelling)
    {
        try
        {
            return (await call).Value == entry.Answer ? Applied : "another's answer";
        }
        catch (GroupCanceledException e)
        {
            return e.Outcome == WriteOutcome.NotApplied ? NotSent : OnItsWay;
        }
        catch (PostgresException e)
        {
            return e.SqlState;
        }
        finally
        {
            await cancelling;
            cancel.Dispose();
        }
    }
}
