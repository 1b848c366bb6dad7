using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Patterns.AuditLog;

/// <summary>Appends entries for refused requests, and counts those of a minute that has had enough. The counts are written when their minute is over, and when the host stops.</summary>
internal sealed class DeniedRequests(IAuditLog log, TimeProvider time, ILoggerFactory? loggers = null) : BackgroundService
{
    // Beyond so many pairs in a minute the actors of a tenant are not told apart.
    private const int MaxMinutes = 10_000;
    private const int MaxText = 200;

    private static readonly AuditActor Nobody = new("anonymous", "anonymous");
    private readonly ILogger _logger = Log.For(loggers);
    private readonly Dictionary<(string TenantId, AuditActor Actor), DeniedMinute> _minutes = [];
    private readonly Lock _gate = new();

    public async Task RecordAsync(HttpContext context, AuditDeniedOptions options)
    {
        try
        {
            if ((options.Tenant(context) ?? options.OtherwiseTenant) is not { } tenantId)
                return;
            var actor = options.Actor(context) ?? Nobody;
            if (Count(tenantId, actor, options.PerMinute))
                await log.AppendAsync(Entry(context, tenantId, actor).AsOf(time)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Telemetry.CountDeniedFailure();
            Log.DeniedFailed(_logger, e);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await WriteAsync(DateTimeOffset.MaxValue, cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(10), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stoppingToken.IsCancellationRequested)
                await WriteAsync(time.GetUtcNow(), stoppingToken).ConfigureAwait(false);
        }
    }

    // Whether the request gets an entry of its own.
    private bool Count(string tenantId, AuditActor actor, int most)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (!_minutes.TryGetValue((tenantId, actor), out var minute))
            {
                var key = (tenantId, _minutes.Count < MaxMinutes ? actor : Nobody);
                if (!_minutes.TryGetValue(key, out minute))
                    _minutes[key] = minute = new DeniedMinute(now.AddMinutes(1));
            }

            // One that is over is taken out by the next turn; until then it goes on, which only joins more.
            return minute.Count(most);
        }
    }

    private async Task WriteAsync(DateTimeOffset now, CancellationToken ct)
    {
        List<((string TenantId, AuditActor Actor) Key, long Over)> over;
        lock (_gate)
        {
            var ended = _minutes.Where(pair => pair.Value.End <= now).ToList();
            over = ended.Where(static pair => pair.Value.Over > 0).Select(static pair => (pair.Key, pair.Value.Over)).ToList();
            foreach (var (key, _) in ended)
                _minutes.Remove(key);
        }

        foreach (var ((tenantId, actor), count) in over)
        {
            try
            {
                var entry = new AuditEntry(tenantId, actor, AuditActions.AccessDenied) { Outcome = AuditOutcome.Denied, Details = string.Create(CultureInfo.InvariantCulture, $"{{\"count\":{count}}}") };
                await log.AppendAsync(entry.AsOf(time), ct).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                Telemetry.CountDeniedFailure();
                Log.DeniedFailed(_logger, e);
            }
        }
    }

    private static AuditEntry Entry(HttpContext context, string tenantId, AuditActor actor) => new(tenantId, actor, AuditActions.AccessDenied)
    {
        Outcome = AuditOutcome.Denied,
        RequestId = Cut(context.TraceIdentifier),
        Details = new JsonObject
        {
            ["status"] = context.Response.StatusCode,
            ["method"] = Cut(context.Request.Method),
            // The path itself may hold secrets and personal data.
            ["route"] = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText,
        }.ToJsonString(),
        Personal = new JsonObject
        {
            ["ip"] = context.Connection.RemoteIpAddress?.ToString(),
            ["userAgent"] = Cut(context.Request.Headers.UserAgent.ToString()),
        }.ToJsonString(),
    };

    // What a client sends may be long, and hold what the log does not take.
    private static string Cut(string text) => new(text.Where(static c => !char.IsControl(c) && !char.IsSurrogate(c)).Take(MaxText).ToArray());
}
