namespace Patterns.Postgres;

/// <summary>Calls in order, any of which can be taken out at once. The links are in the calls, so nothing is allocated. Guarded by the queue's lock.</summary>
internal sealed class CallList<TRequest, TResult>(string? tenant = null)
{
    public string? Tenant { get; } = tenant;

    public int Count { get; private set; }

    public GroupCall<TRequest, TResult>? First { get; private set; }

    public GroupCall<TRequest, TResult>? Last { get; private set; }

    /// <summary>Where the search for the present batch goes on; null when it has been through the list.</summary>
    public GroupCall<TRequest, TResult>? Cursor { get; set; }

    /// <summary>Puts the call behind those that arrived before it. Nearly always that is the end.</summary>
    public void Insert(GroupCall<TRequest, TResult> call)
    {
        var before = Last;
        while (before is not null && before.Sequence > call.Sequence)
            before = before.Previous;

        call.List = this;
        call.Previous = before;
        call.Next = before is null ? First : before.Next;
        if (call.Next is null)
            Last = call;
        else
            call.Next.Previous = call;
        if (before is null)
            First = call;
        else
            before.Next = call;
        Count++;
    }

    public void Remove(GroupCall<TRequest, TResult> call)
    {
        if (Cursor == call)
            Cursor = call.Next;
        if (call.Previous is null)
            First = call.Next;
        else
            call.Previous.Next = call.Next;
        if (call.Next is null)
            Last = call.Previous;
        else
            call.Next.Previous = call.Previous;
        (call.List, call.Previous, call.Next) = (null, null, null);
        Count--;
    }
}
