using Microsoft.Extensions.Logging;

namespace Patterns.AuditLog;

/// <summary>Tells every anchor of the newest head. What was missed by a crash or a failure needs no repetition: the newest one names all before it.</summary>
internal sealed class AnchorPublication(IEnumerable<IAuditAnchor> anchors, TimeProvider time, ILoggerFactory? loggers = null) : IDisposable
{
    // Sealing waits for anchors, and must not wait for ever.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ILogger _logger = Log.For(loggers);
    private readonly IAuditAnchor[] _anchors = [.. anchors];
    private readonly Dictionary<IAuditAnchor, RunHead> _published = [];
    private readonly SemaphoreSlim _turn = new(1);

    public async Task PublishAsync(RunHead head, CancellationToken ct)
    {
        if (_anchors.Length == 0)
            return;

        await _turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            foreach (var anchor in _anchors)
            {
                // A later head with a number that was there before is one of a database that was restored.
                if (_published.TryGetValue(anchor, out var last) && last.RunNo >= head.RunNo && last.SealedAt >= head.SealedAt)
                    continue;
                try
                {
                    using var limit = new CancellationTokenSource(Limit, time);
                    using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
                    await anchor.PublishAsync(head, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
                    _published[anchor] = head;
                }
                catch (Exception e) when (!ct.IsCancellationRequested)
                {
                    Telemetry.CountAnchorFailure();
                    Log.AnchorFailed(_logger, e, head.RunNo, anchor.GetType().Name);
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
