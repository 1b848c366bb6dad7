using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Patterns.RlsSession;

/// <summary>Enters the scope of the request for what comes after it, and leaves it when that has ended.</summary>
internal sealed class RlsTenantMiddleware(RequestDelegate next, ITenantAccessor accessor, IOptions<RlsOptions> options, ILoggerFactory? loggers = null)
{
    private readonly RequestTenant _tenant = new(options.Value.Request);
    private readonly ILogger _logger = Log.For(loggers);

    public async Task InvokeAsync(HttpContext context)
    {
        var scope = _tenant.Find(context, out var differ);
        if (differ)
            Log.TenantsDiffer(_logger);
        if (scope is null)
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<RequireTenantAttribute>() is null)
            {
                await next(context).ConfigureAwait(false);
                return;
            }

            Telemetry.CountWithoutTenant();
            await Results.Problem(statusCode: StatusCodes.Status403Forbidden, title: "The request has no tenant.").ExecuteAsync(context).ConfigureAwait(false);
            return;
        }

        using (accessor.Enter(scope))
            await next(context).ConfigureAwait(false);
    }
}
