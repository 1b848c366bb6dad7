using System.Diagnostics;
using System.Threading.Tasks.Sources;

namespace Patterns.Postgres;

/// <summary>
/// One call: the request, and the promise that its caller awaits. Used again for later calls, so that a call costs no allocation.
/// <para>Invariant: a caller is told exactly once, because only the move to <see cref="CallState.Answered"/> permits it, and that is made once.</para>
/// <para>Invariant: a call is used again only after its caller has read the answer and while neither a lane nor a cancellation may still touch it.</para>
/// </summary>
internal sealed class GroupCall<TRequest, TResult> : IValueTaskSource<TResult>
{
    private const int FreeLimit = 256;

    [ThreadStatic]
    private static GroupCall<TRequest, TResult>? Free;

    [ThreadStatic]
    private static int FreeCount;

    private ManualResetValueTaskSourceCore<TResult> _answer = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private CancellationToken _ct;
    private GroupQueue<TRequest, TResult>? _queue;
    private CallState _state;
    private bool _reusable;

    public TRequest Request { get; private set; } = default!;

    public string? Key { get; set; }

    public string? BatchKey { get; set; }

    public string? Tenant { get; set; }

    public int Size { get; set; }

    public ActivityContext Caller { get; set; }

    /// <summary>The place in the order of arrival.</summary>
    public long Sequence { get; set; }

    public long EnteredAt { get; set; }

    /// <summary>The list that it stands in, and its neighbours there; the queue's lock guards all three.</summary>
    public CallList<TRequest, TResult>? List { get; set; }

    public GroupCall<TRequest, TResult>? Previous { get; set; }

    public GroupCall<TRequest, TResult>? Next { get; set; }

    public ValueTask<TResult> Answer => new(this, _answer.Version);

    public static GroupCall<TRequest, TResult> Rent(TRequest request)
    {
        var call = Free;
        if (call is null)
        {
            call = new();
        }
        else
        {
            Free = call.Next;
            FreeCount--;
            call.Next = null;
        }

        call.Request = request;
        return call;
    }

    /// <summary>Lets the token end the wait. Comes before the call enters the queue, which sees it if that has happened already.</summary>
    public void Watch(GroupQueue<TRequest, TResult> queue, CancellationToken ct)
    {
        if (!ct.CanBeCanceled)
            return;

        _ct = ct;
        _queue = queue;
        _registration = ct.UnsafeRegister(static state =>
        {
            var call = (GroupCall<TRequest, TResult>)state!;
            call._queue!.Cancel(call);
        }, this);
    }

    /// <summary>False when the call was cancelled in the meantime.</summary>
    public bool TryMove(CallState from, CallState to) => Interlocked.CompareExchange(ref _state, to, from) == from;

    /// <summary>Ends the call whatever it is doing; its former state is for the caller of this method to report.</summary>
    public CallState End() => Interlocked.Exchange(ref _state, CallState.Answered);

    /// <summary>Gives a sent call its answer. The lane must not touch the call after this.</summary>
    public void Succeed(TResult result)
    {
        if (!TryMove(CallState.Sent, CallState.Answered))
            return;

        _reusable = true;
        _answer.SetResult(result);
    }

    /// <summary>Fails a sent call. The lane must not touch the call after this.</summary>
    public void Fail(Exception exception)
    {
        if (!TryMove(CallState.Sent, CallState.Answered))
            return;

        _reusable = true;
        _answer.SetException(exception);
    }

    /// <summary>Fails a call that the caller of this method has ended by <see cref="End"/>. A batch may still hold it, so it is not used again.</summary>
    public void Cancel(string message, WriteOutcome outcome) => _answer.SetException(new GroupCanceledException(message, outcome, _ct));

    /// <summary>Gives up a call that never entered the queue, and whose answer nobody awaits.</summary>
    public void Abandon()
    {
        _reusable = true;
        Recycle();
    }

    public TResult GetResult(short token)
    {
        // A second look at the answer must not disturb the call that this object serves by now.
        if (token != _answer.Version)
            return _answer.GetResult(token);

        try
        {
            return _answer.GetResult(token);
        }
        finally
        {
            Recycle();
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _answer.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);

    private void Recycle()
    {
        // Whether or not this object serves another call: its answer was taken, and is nobody's from here on.
        _answer.Reset();

        // A cancellation that is running now may still look at this call: leave it to the collector.
        var unwatched = !_ct.CanBeCanceled || _registration.Unregister();
        if (!_reusable || !unwatched || FreeCount >= FreeLimit)
            return;

        Request = default!;
        (Key, BatchKey, Tenant) = (null, null, null);
        Caller = default;
        _registration = default;
        _ct = default;
        _state = CallState.New;
        _reusable = false;
        Next = Free;
        Free = this;
        FreeCount++;
    }
}
