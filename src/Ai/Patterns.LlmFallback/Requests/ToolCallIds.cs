using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Patterns.LlmFallback;

/// <summary>Ids of tool calls that a provider takes. A digest is taken by it and stays as it is, so that a history rewritten turn after turn has the same ids every time.</summary>
internal static class ToolCallIds
{
    // The strictest of those that are common: Anthropic takes letters, digits, _ and -; OpenAI 40 characters in Chat Completions and 64 in Responses.
    private const int MaxLength = 40;

    // Mistral answers 400 to any other length, and to anything but letters and digits.
    private const int MistralLength = 9;

    private const string Alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static readonly SearchValues<char> Letters = SearchValues.Create(Alphanumeric);
    private static readonly SearchValues<char> Common = SearchValues.Create(Alphanumeric + "_-");

    public static bool Takes(string? provider, string id) =>
        IsMistral(provider) ? id.Length == MistralLength && !id.AsSpan().ContainsAnyExcept(Letters)
        : id.Length is > 0 and <= MaxLength && !id.AsSpan().ContainsAnyExcept(Common);

    public static string Digest(string? provider, string id)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(id));
        return IsMistral(provider)
            ? string.Create(MistralLength, hash, static (chars, bytes) =>
            {
                var rest = BitConverter.ToUInt64(bytes);
                for (var i = 0; i < chars.Length; i++, rest /= (uint)Alphanumeric.Length)
                    chars[i] = Alphanumeric[(int)(rest % (uint)Alphanumeric.Length)];
            })
            : "call_" + Convert.ToHexStringLower(hash.AsSpan(0, 16));
    }

    private static bool IsMistral(string? provider) => string.Equals(provider, "mistral", StringComparison.OrdinalIgnoreCase);
}
