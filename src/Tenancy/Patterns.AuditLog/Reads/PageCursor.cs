using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace Patterns.AuditLog;

/// <summary>The last entry of a page, bound to the tenant and the conditions that it was read with.</summary>
internal sealed record PageCursor(DateTimeOffset OccurredAt, Guid Id, string RetentionClass)
{
    private const int TagLength = 16;
    private const int Fixed = TagLength + 8 + 16;

    public static PageCursor Of(StoredEntry entry) => new(entry.OccurredAt, entry.Id, entry.RetentionClass);

    public string Write(AuditFilter filter)
    {
        var name = Encoding.UTF8.GetBytes(RetentionClass);
        var bytes = new byte[Fixed + name.Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(TagLength), OccurredAt.UtcTicks);
        Id.TryWriteBytes(bytes.AsSpan(TagLength + 8), bigEndian: true, out _);
        name.CopyTo(bytes, Fixed);
        Tag(filter, bytes.AsSpan(TagLength)).CopyTo(bytes, 0);
        return Base64Url.EncodeToString(bytes);
    }

    /// <exception cref="ArgumentException">It was changed, or is another question's.</exception>
    public static PageCursor? Read(AuditFilter filter)
    {
        if (filter.Cursor is null)
            return null;
        byte[] bytes;
        try
        {
            bytes = Base64Url.DecodeFromChars(filter.Cursor);
        }
        catch (FormatException)
        {
            bytes = [];
        }

        if (bytes.Length <= Fixed || !Tag(filter, bytes.AsSpan(TagLength)).AsSpan().SequenceEqual(bytes.AsSpan(0, TagLength)))
            throw new ArgumentException("Cursor is not one that was given for this tenant and these conditions. Pass AuditPage.Next as it is, and leave the conditions as they were.", nameof(filter));
        return new PageCursor(
            new DateTimeOffset(BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(TagLength)), TimeSpan.Zero), new Guid(bytes.AsSpan(TagLength + 8, 16), bigEndian: true), Encoding.UTF8.GetString(bytes.AsSpan(Fixed)));
    }

    // It finds mistakes and needs no secret: whatever a cursor says, only the tenant's own entries are read.
    private static byte[] Tag(AuditFilter filter, ReadOnlySpan<byte> place)
    {
        var input = new HashInput().Begin(255).Text(filter.TenantId).Text(filter.Actor?.Type).Text(filter.Actor?.Id).Text(filter.ActionPrefix).Text(filter.Target?.Type).Text(filter.Target?.Id)
            .Number((int?)filter.Outcome ?? -1).Number(filter.From?.UtcTicks ?? -1).Number(filter.To?.UtcTicks ?? -1).Bytes(place.ToArray());
        return input.Sha256()[..TagLength];
    }
}
