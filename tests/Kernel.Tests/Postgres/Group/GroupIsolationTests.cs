using System.Diagnostics;
using System.Globalization;
using System.Transactions;

namespace Kernel.Tests.Postgres;

/// <summary>A batch is everybody's: nothing of one caller reaches it, and no caller can hold it up.</summary>
public sealed class GroupIsolationTests(PostgresDatabase database) : GroupTests(database), IClassFixture<PostgresDatabase>
{
    private static readonly AsyncLocal<string?> Tenant = new();

    [Fact]
    public async Task Nothing_of_the_callers_context_reaches_the_batch()
    {
        var group = Group();
        var seen = new List<(string? Tenant, CultureInfo Culture, string? Trace)>();
        Statement.Binding = _ => seen.Add((Tenant.Value, CultureInfo.CurrentCulture, Activity.Current?.TraceId.ToString()));
        using var activity = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        var mine = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (Tenant.Value, CultureInfo.CurrentCulture) = ("mine", mine);

        await group.RunAsync(new(1), Ct);
        await Task.WhenAll(await TogetherAsync(group, Entry.Range(2, 3)));

        seen.Should().HaveCount(5);
        seen.Should().OnlyContain(context => context.Tenant == null && context.Culture != mine && context.Trace != activity.TraceId.ToString());
        (Tenant.Value, CultureInfo.CurrentCulture, Activity.Current).Should().Be(("mine", mine, activity));
    }

    [Fact]
    public async Task The_span_of_a_batch_is_linked_to_its_callers_spans_and_says_how_many_came_together()
    {
        var statement = new EntryStatement("spans of " + nameof(GroupIsolationTests));
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Patterns.Postgres",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                if ((string?)span.GetTagItem("group") != statement.Name)
                    return;
                lock (spans) spans.Add(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        var group = Group(statement: statement);
        var callers = new List<ActivityContext>();
        await using var gate = await CloseGateAsync();
        var calls = Entry.Range(0, 4).Select(entry =>
        {
            var caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
            callers.Add(caller.Context);
            var call = group.RunAsync(entry, Ct).AsTask();
            caller.Stop();
            return call;
        }).ToArray();
        await gate.OpenAsync();
        await Task.WhenAll(calls);
        await group.DisposeAsync();

        spans.Should().OnlyContain(span => span.OperationName == "group_commit" && span.Kind == ActivityKind.Client && span.Parent == null && span.ParentId == null);
        spans.Select(span => span.GetTagItem("db.operation.batch.size")).Should().Equal(1, 3);
        spans.SelectMany(span => span.Links).Select(link => link.Context).Should().Equal(callers);
    }

    [Fact]
    public async Task A_call_in_an_ambient_transaction_is_refused_with_the_name_of_the_form_that_serves()
    {
        var group = Group(statement: new Transactional());
        Exception? end;
        using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            end = await EndAsync(group.RunAsync(new(1), Ct).AsTask());

        end.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("IEntries.AddAsync(transaction, entry)").And.Contain("'transactional'");
        (await RowsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_caller_that_never_comes_back_from_its_answer_does_not_stop_the_lane()
    {
        var group = Group();
        using var goOn = new ManualResetEventSlim();
        var blocked = new List<Task>();
        for (var caller = 0; caller < 2; caller++)
        {
            // An answer that is there at once would block this very thread, which sets everybody free.
            var (id, told) = (caller + 1, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            blocked.Add(Task.Run(() => BlockAsync(id, told), Ct));
            await told.Task;
        }

        await Task.WhenAll(await TogetherAsync(group, Entry.Range(10, 20)));

        goOn.Set();
        await Task.WhenAll(blocked);
        (await RowsAsync()).Should().HaveCount(23);

        async Task BlockAsync(int id, TaskCompletionSource told)
        {
            await group.RunAsync(new(id), Ct).ConfigureAwait(false);
            told.SetResult();
            goOn.Wait(Ct);
        }
    }

    [Fact]
    public async Task An_answer_can_be_taken_once_only()
    {
        // Behind the gate: one that is there at once is a plain value, which may be read again. More than a thread keeps for later calls.
        await using var gate = await CloseGateAsync();
        var group = Group();
        var calls = Entry.Range(0, 600).Select(entry => group.RunAsync(entry, Ct)).ToArray();
        await gate.OpenAsync();
        await Eventually.HoldsAsync("all are answered", () => Array.TrueForAll(calls, static call => call.IsCompleted));
        foreach (var call in calls) await call;

        var again = await EndsAsync(calls.Select(static async call => await call));

        again.Should().AllBeOfType<InvalidOperationException>();
    }

    [Fact]
    public async Task The_end_of_a_cancelled_call_can_be_taken_once_only()
    {
        await using var gate = await CloseGateAsync();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var call = Group().RunAsync(new(1), cancel.Token);
        await gate.ArrivedAsync();
        await cancel.CancelAsync();
        var end = await EndAsync(call.AsTask());

        var again = async () => await call;

        end.Should().BeAssignableTo<OperationCanceledException>();
        await again.Should().ThrowAsync<InvalidOperationException>();
    }

    private sealed class Transactional() : EntryStatement("transactional")
    {
        public override string TransactionalForm => "IEntries.AddAsync(transaction, entry)";
    }
}
