using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Patterns.WebhookDedup;

/// <summary>A set of JSON Pointers (RFC 6901) as a tree, walked together with a document.</summary>
internal sealed class JsonPointers
{
    private readonly List<(byte[] Token, JsonPointers Below)> _children = [];

    /// <summary>Whether a pointer ends here, so that the value is the one that it points to.</summary>
    public bool IsTarget { get; private set; }

    public static JsonPointers Parse(IEnumerable<string> pointers)
    {
        var root = new JsonPointers();
        foreach (var pointer in pointers)
        {
            if (pointer is null || !pointer.StartsWith('/'))
                throw new ArgumentException($"'{pointer}' is not a JSON Pointer to a part of the document; write it like /pending_webhooks or /data/0/id.", nameof(pointers));

            var node = root;
            foreach (var token in pointer[1..].Split('/'))
            {
                node = node.ChildOf(Encoding.UTF8.GetBytes(Unescape(token, pointer)));
            }

            node.IsTarget = true;
        }

        return root;
    }

    public JsonPointers? Member(ref readonly Utf8JsonReader name)
    {
        foreach (var (token, below) in _children)
        {
            if (name.ValueTextEquals(token))
                return below;
        }

        return null;
    }

    public JsonPointers? Element(int index)
    {
        if (_children.Count == 0)
            return null;

        Span<byte> digits = stackalloc byte[11];
        index.TryFormat(digits, out var length, provider: CultureInfo.InvariantCulture);
        foreach (var (token, below) in _children)
        {
            if (digits[..length].SequenceEqual(token))
                return below;
        }

        return null;
    }

    private static string Unescape(string token, string pointer)
    {
        for (var tilde = token.IndexOf('~', StringComparison.Ordinal); tilde >= 0; tilde = token.IndexOf('~', tilde + 1))
        {
            if (tilde + 1 == token.Length || token[tilde + 1] is not ('0' or '1'))
                throw new ArgumentException($"'{pointer}' is not a JSON Pointer: ~ is written ~0, and / in a name ~1.", nameof(pointer));
        }

        return token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
    }

    private JsonPointers ChildOf(byte[] token)
    {
        foreach (var (known, below) in _children)
        {
            if (known.AsSpan().SequenceEqual(token))
                return below;
        }

        var child = new JsonPointers();
        _children.Add((token, child));
        return child;
    }
}
