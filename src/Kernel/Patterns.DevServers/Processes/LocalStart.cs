using System.Runtime.Versioning;
using System.Text;

namespace Patterns.DevServers;

/// <summary>Starts a server in the first place that has room for it, and again where another try can help.</summary>
internal static class LocalStart
{
    private const int PortAttempts = 20;
    private const int SocketPathLimit = 100; // the kernel takes 107 bytes, macOS 103
    private const string SocketName = "/.s.PGSQL.5432";

    // As LC_ALL=C spells ENOSPC, EDQUOT and EFBIG.
    private static readonly string[] NoRoom = ["No space left on device", "Disk quota exceeded", "File too large"];

    /// <summary>Starts a server.</summary>
    /// <param name="kind">Names its directory.</param>
    /// <param name="user">The user it runs as.</param>
    /// <param name="options">Where, and what is kept of a failed start.</param>
    /// <param name="make">Makes the server from its directory, the directory of its socket when the first one's path is too long, and its port.</param>
    /// <param name="discard">Called once when the server did not start: true when another try can help.</param>
    [UnsupportedOSPlatform("windows")]
    public static async Task<TServer> StartAsync<TServer>(
        string kind, ServerUser user, ServerOptions options, Func<OwnedDirectory, OwnedDirectory?, int, TServer> make, Func<Task<bool>> discard)
        where TServer : StartedServer
    {
        IOException? full = null;
        foreach (var place in Place.For(options))
        {
            try
            {
                return await StartAsync(place, kind, user, options, make, discard).ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                full = new IOException($"There is no room for a server's directory in '{place}', where {Place.FreeSpace(place)} are free: {error.Message}", error);
            }
        }
        throw full!;
    }

    [UnsupportedOSPlatform("windows")]
    private static async Task<TServer> StartAsync<TServer>(
        string place, string kind, ServerUser user, ServerOptions options, Func<OwnedDirectory, OwnedDirectory?, int, TServer> make, Func<Task<bool>> discard)
        where TServer : StartedServer
    {
        var mayDiscard = true;
        for (var attempt = 1; ; attempt++)
        {
            var directory = OwnedDirectory.Create(place, kind, user);
            var tooLong = Encoding.UTF8.GetByteCount(directory.FullPath) + SocketName.Length >= SocketPathLimit;
            var server = make(directory, tooLong ? OwnedDirectory.Create(Place.Short, "socket", user) : null, Ports.Free());
            try
            {
                await server.StartAsync(CancellationToken.None).ConfigureAwait(false);
                return server;
            }
            catch (ServerStartException error)
            {
                var log = server.Log!;
                var noRoom = server.Began ? NoRoom.FirstOrDefault(log.Mentions) : $"the user '{user.Name}' cannot work there";
                var again = noRoom is null && attempt < PortAttempts && log.Mentions("Address already in use");
                if (!again && noRoom is null && mayDiscard)
                {
                    mayDiscard = false;
                    again = await discard().ConfigureAwait(false);
                }
                if (!again && noRoom is null && options.KeepOnFailure)
                {
                    await server.KeepAsync().ConfigureAwait(false);
                    throw new ServerStartException($"{error.Message}\nIts directory is kept: {directory.FullPath}", error);
                }
                await server.DisposeAsync().ConfigureAwait(false);
                if (again) continue;
                if (noRoom is not null) throw new IOException(noRoom, error);
                throw;
            }
            catch
            {
                await server.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
    }
}
