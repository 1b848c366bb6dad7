using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Patterns.Stripe;

/// <summary>
/// A signing secret in the form in which it is used. Its keyed hash state is kept, because OpenSSL takes as long to set one up as to hash a kilobyte. One thread has it
/// at a time; others make their own meanwhile.
/// </summary>
internal sealed class SigningKey
{
    // Who has more endpoints than this works without kept states; secrets that are not used any more must not add up.
    private const int MaxKept = 64;
    private const int MaxTimestampLength = 16;
    private static readonly ConcurrentDictionary<string, SigningKey> Kept = new(StringComparer.Ordinal);
    private readonly byte[] _secret;
    private readonly bool _isKept;
    private IncrementalHash? _state;

    private SigningKey(string secret, bool isKept)
    {
        _secret = Encoding.UTF8.GetBytes(secret);
        _isKept = isKept;
    }

    public static SigningKey Of(string secret)
    {
        // An empty secret would make everybody's signatures genuine.
        if (string.IsNullOrWhiteSpace(secret)) throw new ArgumentException("A signing secret is empty.", nameof(secret));
        if (Kept.TryGetValue(secret, out var kept)) return kept;
        return Kept.Count < MaxKept ? Kept.GetOrAdd(secret, static text => new SigningKey(text, isKept: true)) : new SigningKey(secret, isKept: false);
    }

    /// <summary>Computes the MAC of <c>timestamp.payload</c>.</summary>
    public void ComputeMac(ReadOnlySpan<char> timestamp, ReadOnlySpan<byte> payload, Span<byte> mac)
    {
        Span<byte> lead = stackalloc byte[MaxTimestampLength];
        var length = Encoding.ASCII.GetBytes(timestamp, lead);
        lead[length++] = (byte)'.';

        var state = Interlocked.Exchange(ref _state, null) ?? IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _secret);
        state.AppendData(lead[..length]);
        state.AppendData(payload);
        state.GetHashAndReset(mac);
        if (_isKept) state = Interlocked.Exchange(ref _state, state);
        state?.Dispose();
    }
}
