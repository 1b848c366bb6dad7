using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace SaasApp;

/// <summary>Where the application listens: it plays Stripe to itself.</summary>
internal sealed class OwnAddress(IServer server)
{
    public Uri Value
    {
        get
        {
            var address = new UriBuilder(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
            // Bound to every address, it answers on this one too.
            if (address.Host is "0.0.0.0" or "[::]" or "+" or "*") address.Host = "127.0.0.1";
            return address.Uri;
        }
    }
}
