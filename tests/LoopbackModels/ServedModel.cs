using System.Collections.Concurrent;

namespace LoopbackModels;

/// <summary>One model or deployment of the server: what it answers, and how it was asked. Thread-safe.</summary>
public sealed class ServedModel
{
    private readonly ConcurrentQueue<ModelReply> _next = new();
    private readonly ConcurrentQueue<ModelRequest> _requests = new();
    private Func<ModelRequest, ModelReply>? _always;
    private int _asked;
    private int _concurrent;
    private int _mostConcurrent;
    private int _cancelled;

    internal ServedModel(string name) => Name = name;

    public string Name { get; }

    /// <summary>How the model does when no reply was set or enqueued. It may be switched while calls run.</summary>
    public ModelCondition Condition { get; set; }

    /// <summary>What it says in answers for which no reply was set or enqueued; null says hello. <see cref="Condition"/> holds all the same.</summary>
    public Func<ModelRequest, ModelAnswer>? Says { get; set; }

    /// <summary>Where requests that come from now on wait before they are answered, whatever with; null when they do not.</summary>
    public Gate? Held { get; set; }

    /// <summary>Whether requests are kept for <see cref="Requests"/>; a benchmark turns it off.</summary>
    public bool KeepsRequests { get; set; } = true;

    /// <summary>The requests, in the order in which they came.</summary>
    public IReadOnlyList<ModelRequest> Requests => [.. _requests];

    /// <summary>How often it was asked.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>How many requests are in work.</summary>
    public int Concurrent => Volatile.Read(ref _concurrent);

    /// <summary>The most requests that were in work at one time.</summary>
    public int MostConcurrent => Volatile.Read(ref _mostConcurrent);

    /// <summary>How many requests the client gave up before the reply was whole.</summary>
    public int Cancelled => Volatile.Read(ref _cancelled);

    /// <summary>Replies for the next requests, one each, before those of <see cref="Always(ModelReply)"/>.</summary>
    /// <param name="replies">The replies, in order.</param>
    public ServedModel Next(params ModelReply[] replies)
    {
        foreach (var reply in replies)
            _next.Enqueue(reply);
        return this;
    }

    /// <summary>The reply to every request for which none was enqueued.</summary>
    /// <param name="reply">The reply.</param>
    public ServedModel Always(ModelReply reply) => Always(_ => reply);

    /// <summary>Makes the reply to every request for which none was enqueued.</summary>
    /// <param name="reply">Makes the reply; called on the server's threads, several at a time.</param>
    public ServedModel Always(Func<ModelRequest, ModelReply> reply)
    {
        Volatile.Write(ref _always, reply);
        return this;
    }

    internal ModelReply Begin(ModelRequest request)
    {
        Interlocked.Increment(ref _asked);
        if (KeepsRequests)
            _requests.Enqueue(request);
        var now = Interlocked.Increment(ref _concurrent);
        int most;
        while (now > (most = Volatile.Read(ref _mostConcurrent)) && Interlocked.CompareExchange(ref _mostConcurrent, now, most) != most)
        {
        }
        var reply = _next.TryDequeue(out var next) ? next : Volatile.Read(ref _always)?.Invoke(request) ?? Usual(request);
        return Held is { } gate ? reply with { Gate = gate } : reply;
    }

    internal void End(bool cancelled)
    {
        if (cancelled)
            Interlocked.Increment(ref _cancelled);
        Interlocked.Decrement(ref _concurrent);
    }

    private ModelReply Usual(ModelRequest request)
    {
        var answer = Says?.Invoke(request) ?? ModelAnswer.Text("Hello ", "from ", Name, ".");
        return Condition switch
        {
            ModelCondition.Healthy => answer,
            ModelCondition.Slow => answer with { Pace = TimeSpan.FromMilliseconds(250) },
            ModelCondition.DiesMidStream => answer with { Cut = new(CutKind.Reset, ModelServer.BytesBefore(request, answer, piece: 2)) },
            ModelCondition.Down => ModelReply.Hangup,
            _ => WireFormat.Of(request.Api).Condition(Condition),
        };
    }
}
