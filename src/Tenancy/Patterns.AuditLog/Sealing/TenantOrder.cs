namespace Patterns.AuditLog;

/// <summary>The order of a run's seals: tenants by their UTF-8 bytes, as <c>COLLATE "C"</c> sorts them. Ordinal order of UTF-16 differs where characters beyond U+FFFF meet those from U+E000.</summary>
internal sealed class TenantOrder : IComparer<string>
{
    public static TenantOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var left = x.AsSpan();
        var right = y.AsSpan();
        var same = left.CommonPrefixLength(right);
        if (same == left.Length || same == right.Length)
            return left.Length.CompareTo(right.Length);
        var (a, b) = (left[same], right[same]);
        return (char.IsSurrogate(a), char.IsSurrogate(b)) switch
        {
            (true, false) => 1,
            (false, true) => -1,
            _ => a.CompareTo(b),
        };
    }
}
