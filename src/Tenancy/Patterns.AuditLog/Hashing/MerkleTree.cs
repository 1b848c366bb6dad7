using System.Security.Cryptography;

namespace Patterns.AuditLog;

/// <summary>The Merkle tree of RFC 6962, section 2.1, over leaves that are hashed already: a node is SHA-256(0x01 | left | right), and the left half holds the largest power of two that is smaller than the count.</summary>
internal static class MerkleTree
{
    public const int HashLength = 32;

    /// <summary>The root over the leaves' hashes, 32 bytes each, one after the other; of no leaves SHA-256 of nothing.</summary>
    public static byte[] Root(ReadOnlySpan<byte> leaves)
    {
        if (leaves.IsEmpty)
            return SHA256.HashData([]);

        // Level by level in place: an odd last node moves up as it is, which gives the RFC's shape.
        var nodes = leaves.ToArray();
        Span<byte> joined = stackalloc byte[1 + (2 * HashLength)];
        joined[0] = 1;
        for (var count = leaves.Length / HashLength; count > 1; count = (count + 1) / 2)
        {
            for (var i = 0; i < count / 2; i++)
            {
                nodes.AsSpan(i * 2 * HashLength, 2 * HashLength).CopyTo(joined[1..]);
                SHA256.HashData(joined, nodes.AsSpan(i * HashLength, HashLength));
            }

            if (count % 2 == 1)
                nodes.AsSpan((count - 1) * HashLength, HashLength).CopyTo(nodes.AsSpan(count / 2 * HashLength));
        }

        return nodes[..HashLength];
    }

    /// <summary>The audit path of a leaf (RFC 6962, section 2.1.1): the siblings from the leaf to the root.</summary>
    public static IReadOnlyList<byte[]> Path(ReadOnlySpan<byte> leaves, int index)
    {
        var path = new List<byte[]>();
        var nodes = leaves.ToArray();
        for (var count = leaves.Length / HashLength; count > 1; count = (count + 1) / 2, index /= 2)
        {
            var sibling = index ^ 1;
            if (sibling < count)
                path.Add(nodes.AsSpan(sibling * HashLength, HashLength).ToArray());
            for (var i = 0; i < count / 2; i++)
                Node(nodes.AsSpan(2 * i * HashLength, HashLength), nodes.AsSpan(((2 * i) + 1) * HashLength, HashLength)).CopyTo(nodes.AsSpan(i * HashLength));
            if (count % 2 == 1)
                nodes.AsSpan((count - 1) * HashLength, HashLength).CopyTo(nodes.AsSpan(count / 2 * HashLength));
        }

        return path;
    }

    /// <summary>The root that a leaf and its audit path lead to, or null where the path cannot be one of that place in a tree of that size.</summary>
    public static byte[]? RootOf(ReadOnlySpan<byte> leaf, int index, int count, IReadOnlyList<byte[]> path)
    {
        if (index < 0 || index >= count)
            return null;
        var node = leaf.ToArray();
        var used = 0;
        for (; count > 1; count = (count + 1) / 2, index /= 2)
        {
            if ((index ^ 1) >= count)
                continue; // the odd last node
            if (used == path.Count)
                return null;
            var sibling = path[used++];
            node = index % 2 == 0 ? Node(node, sibling) : Node(sibling, node);
        }

        return used == path.Count ? node : null;
    }

    private static byte[] Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> joined = stackalloc byte[1 + (2 * HashLength)];
        joined[0] = 1;
        left.CopyTo(joined[1..]);
        right.CopyTo(joined[(1 + HashLength)..]);
        return SHA256.HashData(joined);
    }
}
