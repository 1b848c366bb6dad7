using Microsoft.Extensions.DependencyInjection;
using Patterns.AuditLog;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Audits requests that were refused.</summary>
public static class AuditDeniedApplicationBuilderExtensions
{
    /// <summary>
    /// Appends an entry <see cref="AuditActions.AccessDenied"/> for each request that is answered with 401 or 403: with its method and route template, never its path or query string, and with IP address
    /// and user agent as personal data. Goes before <c>UseAuthentication</c> and <c>UseAuthorization</c>. Once a tenant and actor have <see cref="AuditDeniedOptions.PerMinute"/> entries in a minute, the rest
    /// of that minute is one entry with a count, so that a scan cannot flood the log. The response never depends on it: an entry that cannot be written is logged and lost.
    /// </summary>
    /// <param name="app">The application, with the services of <c>AddAuditLog</c>.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same application.</returns>
    /// <exception cref="ArgumentException">An option is outside its limits.</exception>
    public static IApplicationBuilder UseAuditDenied(this IApplicationBuilder app, Action<AuditDeniedOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        var options = new AuditDeniedOptions();
        configure?.Invoke(options);
        if (options.PerMinute is < 1 or > 10_000)
            throw new ArgumentException($"AuditDeniedOptions.PerMinute is {options.PerMinute}; it takes 1 to 10,000.", nameof(configure));
        var requests = app.ApplicationServices.GetRequiredService<DeniedRequests>();
        return app.Use(async (context, next) =>
        {
            await next(context).ConfigureAwait(false);
            if (context.Response.StatusCode is 401 or 403)
                await requests.RecordAsync(context, options).ConfigureAwait(false);
        });
    }
}
