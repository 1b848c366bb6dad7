namespace SaasApp;

internal static class PageHeaders
{
    /// <summary>Everything that a page uses comes from here: no script, style or font from anywhere else, and none inside the page.</summary>
    public static void UsePageHeaders(this WebApplication app) => app.Use(static (context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
        headers.XContentTypeOptions = "nosniff";
        return next(context);
    });
}
