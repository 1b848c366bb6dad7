using Microsoft.Extensions.Logging;

namespace Patterns.AuditLog;

/// <summary>Tells every anchor of the newest head. What was missed by a crash or a failure needs no repetition: the newest one names all before it.</summary>
internal sealed class AnchorPublication(IEnumerable<IAuditAnchor> anchors, ILoggerFactory? loggers = null) : IDisposable
{
    private readonly ILogger _logger = Log.For(loggers);
    private readonly IAuditAnchor[] _anchors = [.. anchors];
    private readonly Dictionary<IAuditAnchor, long> _published = [];
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
                if (_published.GetValueOrDefault(anchor) >= head.RunNo)
                    continue;
                try
                {
                    await anchor.PublishAsync(head, ct).ConfigureAwait(false);
                    _published[anchor] = head.RunNo;
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
