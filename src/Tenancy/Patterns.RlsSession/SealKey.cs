namespace Patterns.RlsSession;

/// <summary>A key of <see cref="RlsOptions.SealKeys"/>.</summary>
/// <param name="Id">Names the key: 0 to 32,767. A new secret takes a new id.</param>
/// <param name="Secret">32 bytes or more from a random generator. It is never logged, nor stored: the database holds what HMAC derives from it.</param>
public sealed record SealKey(short Id, ReadOnlyMemory<byte> Secret)
{
    /// <summary>The id alone: the secret must not end up in a log.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"SealKey {Id}";
}
