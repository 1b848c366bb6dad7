using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace SaasApp;

/// <summary>Renders a component to text, for what a page gets after it was loaded: the same component draws it both times, so no script has to.</summary>
internal sealed class HtmlFragments(IServiceScopeFactory scopes, ILoggerFactory loggers)
{
    public async Task<string> RenderAsync<T>(string parameter, object? value)
        where T : IComponent
    {
        await using var scope = scopes.CreateAsyncScope();
        await using var renderer = new HtmlRenderer(scope.ServiceProvider, loggers);
        return await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<T>(ParameterView.FromDictionary(new Dictionary<string, object?>(StringComparer.Ordinal) { [parameter] = value }))).ToHtmlString());
    }
}
