using System.Buffers;
using System.Globalization;
using System.Text;

namespace Patterns.Stripe.Wire;

/// <summary>A form that grows: <c>a[b][0]=c&amp;d=</c>. It keeps the name that is being written, entered and left part by part.</summary>
internal sealed class FormBuffer
{
    // RFC 3986, section 2.3; everything else is percent-encoded.
    private static readonly SearchValues<char> Unreserved = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");
    private static readonly bool[] IsUnreserved = [.. Enumerable.Range(0, 128).Select(static code => Unreserved.Contains((char)code))];
    private byte[] _form = new byte[1024];
    private byte[] _name = new byte[256];
    private int _formLength;
    private int _nameLength;

    private static ReadOnlySpan<byte> HexDigits => "0123456789ABCDEF"u8;

    public ReadOnlySpan<byte> Written => _form.AsSpan(0, _formLength);

    // Values may be secret or personal: none stays behind.
    public void Clear()
    {
        _form.AsSpan(0, _formLength).Clear();
        _formLength = _nameLength = 0;
    }

    /// <returns>What <see cref="Leave"/> takes to get back here.</returns>
    public int Enter(FormField field)
    {
        var outer = _nameLength;
        var part = outer == 0 ? field.Name : field.Part;
        Grow(ref _name, outer + part.Length);
        part.AsSpan().CopyTo(_name.AsSpan(outer));
        _nameLength += part.Length;
        return outer;
    }

    public int Enter(string name)
    {
        var outer = _nameLength;
        Grow(ref _name, outer + 2 + (3 * name.Length));
        _name[_nameLength++] = (byte)'[';
        _nameLength = Escape(name, ref _name, _nameLength);
        _name[_nameLength++] = (byte)']';
        return outer;
    }

    public int Enter(int index)
    {
        var outer = _nameLength;
        Grow(ref _name, outer + 13);
        _name[_nameLength++] = (byte)'[';
        index.TryFormat(_name.AsSpan(_nameLength), out var count, provider: CultureInfo.InvariantCulture);
        _nameLength += count;
        _name[_nameLength++] = (byte)']';
        return outer;
    }

    public void Leave(int outer) => _nameLength = outer;

    public void Add(string text)
    {
        AddName(3 * text.Length);
        _formLength = Escape(text, ref _form, _formLength);
    }

    public void Add(ReadOnlySpan<byte> plain)
    {
        AddName(plain.Length);
        plain.CopyTo(_form.AsSpan(_formLength));
        _formLength += plain.Length;
    }

    public void Add(long number)
    {
        AddName(20);
        number.TryFormat(_form.AsSpan(_formLength), out var count, provider: CultureInfo.InvariantCulture);
        _formLength += count;
    }

    public void Add(decimal number) => Add(number.ToString(CultureInfo.InvariantCulture));

    private void AddName(int roomForValue)
    {
        Grow(ref _form, _formLength + _nameLength + 2 + roomForValue);
        if (_formLength > 0) _form[_formLength++] = (byte)'&';
        _name.AsSpan(0, _nameLength).CopyTo(_form.AsSpan(_formLength));
        _formLength += _nameLength;
        _form[_formLength++] = (byte)'=';
    }

    // The caller has made room for ASCII, of which each character may become three bytes.
    private static int Escape(string text, ref byte[] target, int at)
    {
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var plain = rest.IndexOfAnyExcept(Unreserved);
            if (plain < 0) plain = rest.Length;
            Ascii.FromUtf16(rest[..plain], target.AsSpan(at), out _);
            at += plain;
            if (plain == rest.Length) break;
            if (rest[plain] > 0x7F) return EscapeUtf8(rest[plain..], ref target, at);
            at = EscapeByte((byte)rest[plain], target, at);
            rest = rest[(plain + 1)..];
        }
        return at;
    }

    // Worst case: three bytes of UTF-8 for one character, each written as three. One byte more, for the bracket that closes a name.
    private static int EscapeUtf8(ReadOnlySpan<char> text, ref byte[] target, int at)
    {
        Grow(ref target, at + (9 * text.Length) + 1);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            foreach (var part in utf8[..rune.EncodeToUtf8(utf8)])
            {
                if (part < 0x80 && IsUnreserved[part]) target[at++] = part;
                else at = EscapeByte(part, target, at);
            }
        }
        return at;
    }

    private static int EscapeByte(byte value, byte[] target, int at)
    {
        target[at] = (byte)'%';
        target[at + 1] = HexDigits[value >> 4];
        target[at + 2] = HexDigits[value & 0xF];
        return at + 3;
    }

    private static void Grow(ref byte[] buffer, int needed)
    {
        if (buffer.Length < needed) Array.Resize(ref buffer, Math.Max(needed, 2 * buffer.Length));
    }
}
