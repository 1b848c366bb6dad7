using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace Patterns.WebhookDedup;

/// <summary>The handler of a type pattern, and how one is made for an attempt.</summary>
/// <param name="Type">Its class.</param>
/// <param name="Create">Takes it from the attempt's scope; one that is not registered there is made with the scope's services, and is ours to dispose of.</param>
internal sealed record HandlerRegistration(Type Type, Func<IServiceProvider, (IWebhookHandler Handler, bool IsOurs)> Create)
{
    public static HandlerRegistration Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>()
        where THandler : class, IWebhookHandler =>
        new(typeof(THandler), static scope => scope.GetService<THandler>() is { } registered ? (registered, false) : (ActivatorUtilities.CreateInstance<THandler>(scope), true));
}
