using System.Text;

namespace Patterns.Postgres;

/// <summary>A notification on its way out, inside PostgreSQL's limits.</summary>
internal readonly record struct NotificationMessage(string Channel, string Payload)
{
    private const int MaxPayload = 7_999;

    // The server would refuse what is not Unicode, and with it all other messages of the statement.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static NotificationMessage Checked(string channel, string payload)
    {
        CheckChannel(channel);
        ArgumentNullException.ThrowIfNull(payload);
        int length;
        try
        {
            length = Utf8.GetByteCount(payload);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException("The payload holds half of a surrogate pair, which is not Unicode text.", nameof(payload), e);
        }

        if (length > MaxPayload)
            throw new ArgumentException($"The payload has {length:N0} bytes of UTF-8; PostgreSQL takes at most {MaxPayload:N0}. Store it and send its key.", nameof(payload));
        if (payload.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("The payload holds the character U+0000, which PostgreSQL's text cannot.", nameof(payload));

        return new(channel, payload);
    }

    public static void CheckChannel(string channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        if (!Identifier.IsValid(channel))
            throw new ArgumentException($"'{channel}' is not a channel's name; it must match {Identifier.Pattern}.", nameof(channel));
    }
}
