using System.Runtime.CompilerServices;
using Patterns.AuditLog;

namespace Tenancy.Tests.AuditLog.Integrity;

/// <summary>Somebody who was told of every head and forgets none.</summary>
internal sealed class MemoryAnchor : IAuditAnchor
{
    private readonly Lock _gate = new();
    private readonly List<RunHead> _heads = [];

    public IReadOnlyList<RunHead> Heads
    {
        get
        {
            lock (_gate) return [.. _heads];
        }
    }

    public Task PublishAsync(RunHead head, CancellationToken ct)
    {
        lock (_gate) _heads.Add(head);
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<RunHead> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await Task.Yield();
        foreach (var head in Heads)
            yield return head;
    }
}
