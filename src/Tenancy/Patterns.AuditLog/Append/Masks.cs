using System.Net;
using System.Net.Sockets;

namespace Patterns.AuditLog;

/// <summary>Masks addresses, so that it can still be told which are alike.</summary>
internal static class Masks
{
    /// <summary>The masked form, or null where the text is no address.</summary>
    public static string? Of(string text)
    {
        if (text.Length is < 2 or > 320)
            return null;
        if (text.Contains('@', StringComparison.Ordinal))
            return Email(text);
        return text.AsSpan().ContainsAny('.', ':') && IPAddress.TryParse(text, out var address) ? Ip(text, address) : null;
    }

    private static string? Email(string text)
    {
        var at = text.LastIndexOf('@');
        var (local, domain) = (text[..at], text[(at + 1)..]);
        if (local.Length == 0 || domain.Length == 0 || text.Any(static c => char.IsWhiteSpace(c) || char.IsControl(c)))
            return null;
        return local.Length <= 2 ? $"**@{domain}" : $"{local[0]}{new string('*', local.Length - 2)}{local[^1]}@{domain}";
    }

    private static string? Ip(string text, IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            // TryParse takes 1.2 and 0x7f.1 too; only four decimal numbers are what people mean.
            var parts = text.Split('.');
            return parts.Length == 4 && text.All(static c => char.IsAsciiDigit(c) || c == '.') ? $"{parts[0]}.{parts[1]}.xxx.xxx" : null;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            var bytes4 = address.MapToIPv4().GetAddressBytes();
            return $"{bytes4[0]}.{bytes4[1]}.xxx.xxx";
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(6).Clear();
        return $"{new IPAddress(bytes)}/48";
    }
}
