using System.Buffers.Binary;
using System.Text;

namespace Patterns.AuditLog;

/// <summary>
/// A <c>text[]</c> as <c>array_send</c> writes it (src/backend/utils/adt/arrayfuncs.c): how many dimensions, whether there are NULLs, the type; for each dimension its length and lower bound; for each element its
/// length and bytes. The driver takes as long for an array as for all other columns of an entry.
/// </summary>
internal static class SentTexts
{
    private const int Header = 20;

    /// <summary>The elements. What is no list of texts as the log writes it becomes one text that no entry can have, so that it is not taken for one.</summary>
    public static string[] Read(ReadOnlySpan<byte> sent)
    {
        var dimensions = BinaryPrimitives.ReadInt32BigEndian(sent);
        if (dimensions == 0)
            return [];
        if (dimensions != 1 || BinaryPrimitives.ReadInt32BigEndian(sent[4..]) != 0 || BinaryPrimitives.ReadInt32BigEndian(sent[16..]) != 1)
            return ["\u001f" + Convert.ToHexString(sent)];

        var texts = new string[BinaryPrimitives.ReadInt32BigEndian(sent[12..])];
        var rest = sent[Header..];
        for (var i = 0; i < texts.Length; i++)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(rest);
            texts[i] = Encoding.UTF8.GetString(rest.Slice(4, length));
            rest = rest[(4 + length)..];
        }

        return texts;
    }
}
