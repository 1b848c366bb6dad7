using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Patterns.DevServers;

/// <summary>Ports of 127.0.0.1.</summary>
internal static class Ports
{
    // Below the range from which systems take the ports of outgoing connections: none of those takes a server's port while it is down.
    private const int First = 15_000;
    private const int End = 32_000;

    /// <summary>A random port that nobody listens on at this moment.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(First, End);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // The next one, then.
            }
        }
    }
}
