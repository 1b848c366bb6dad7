using System.Security.Cryptography;

namespace Patterns.WebhookSecurity.Schemes;

/// <summary>
/// A key in the form in which one scheme uses it. Keyed hash states are kept and lent out, because OpenSSL takes longer to set one up than to hash a
/// kilobyte; a state is used by one thread at a time, and there is about one per processor.
/// </summary>
internal sealed class PreparedKey
{
    private readonly byte[] _secret;
    private readonly HashAlgorithmName _algorithm;
    private readonly IncrementalHash?[] _states = new IncrementalHash?[Math.Clamp(Environment.ProcessorCount, 1, 64)];

    private PreparedKey(HmacScheme scheme, byte[] secret, byte[]? publicKey)
    {
        Scheme = scheme;
        _algorithm = scheme.Algorithm;
        _secret = secret;
        PublicKey = publicKey;
    }

    public HmacScheme Scheme { get; }

    /// <summary>The Ed25519 public key, for a key that verifies and cannot sign.</summary>
    public byte[]? PublicKey { get; }

    public static PreparedKey ForSecret(HmacScheme scheme, byte[] secret) => new(scheme, secret, publicKey: null);

    public static PreparedKey ForPublicKey(HmacScheme scheme, byte[] publicKey) => new(scheme, [], publicKey);

    /// <summary>Computes the MAC of the three parts in a row.</summary>
    /// <returns>The length of the MAC.</returns>
    public int Mac(ReadOnlySpan<byte> lead, ReadOnlySpan<byte> body, ReadOnlySpan<byte> trail, Span<byte> mac)
    {
        ref var slot = ref _states[Thread.GetCurrentProcessorId() % _states.Length];
        var state = Interlocked.Exchange(ref slot, null) ?? IncrementalHash.CreateHMAC(_algorithm, _secret);
        if (!lead.IsEmpty) state.AppendData(lead);
        state.AppendData(body);
        if (!trail.IsEmpty) state.AppendData(trail);
        var length = state.GetHashAndReset(mac);
        if (Interlocked.CompareExchange(ref slot, state, null) is not null) state.Dispose();
        return length;
    }
}
