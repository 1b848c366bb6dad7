using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Patterns.Stripe.Wire;

/// <summary>A form that grows: <c>a[b][0]=c&amp;d=</c>.</summary>
internal sealed class FormBuffer
{
    private const int MaxDepth = 64;
    private static readonly SearchValues<byte> Unreserved = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"u8);
    private readonly int[] _marks = new int[MaxDepth + 1];
    private readonly int[] _indices = new int[MaxDepth + 1];
    private byte[] _form = new byte[1024];
    private byte[] _name = new byte[256];
    private byte[] _text = new byte[256];
    private int _formLength;
    private int _nameLength;

    /// <summary>Writes JSON as a form. A null and an empty list become <c>name=</c>; an empty object nothing.</summary>
    public ReadOnlySpan<byte> Write(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        var depth = 0;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    _nameLength = _marks[depth];
                    AddName(ref reader);
                    continue;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    AddIndex(depth);
                    depth++;
                    _marks[depth] = _nameLength;
                    _indices[depth] = reader.TokenType == JsonTokenType.StartArray ? 0 : -1;
                    continue;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    _nameLength = _marks[depth];
                    if (_indices[depth] == 0) Add([]);
                    depth--;
                    continue;
                default:
                    AddIndex(depth);
                    Add(reader.TokenType == JsonTokenType.Null ? [] : Text(ref reader));
                    continue;
            }
        }
        return _form.AsSpan(0, _formLength);
    }

    public void Clear()
    {
        _form.AsSpan(0, _formLength).Clear();
        _text.AsSpan().Clear();
        _formLength = _nameLength = 0;
    }

    private void AddIndex(int depth)
    {
        if (depth == 0 || _indices[depth] < 0) return;
        _nameLength = _marks[depth];
        Span<byte> digits = stackalloc byte[11];
        _indices[depth]++.TryFormat(digits, out var count, provider: CultureInfo.InvariantCulture);
        AddPart(digits[..count]);
    }

    private void AddName(ref Utf8JsonReader reader)
    {
        var name = Text(ref reader);
        if (_nameLength > 0) AddPart(name);
        else _nameLength = Escape(name, ref _name, 0);
    }

    private void AddPart(ReadOnlySpan<byte> part)
    {
        Grow(ref _name, _nameLength + 2);
        _name[_nameLength++] = (byte)'[';
        _nameLength = Escape(part, ref _name, _nameLength);
        Grow(ref _name, _nameLength + 1);
        _name[_nameLength++] = (byte)']';
    }

    private ReadOnlySpan<byte> Text(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped) return reader.ValueSpan;
        Grow(ref _text, reader.ValueSpan.Length);
        return _text.AsSpan(0, reader.CopyString(_text));
    }

    private void Add(ReadOnlySpan<byte> value)
    {
        Grow(ref _form, _formLength + _nameLength + 2);
        if (_formLength > 0) _form[_formLength++] = (byte)'&';
        _name.AsSpan(0, _nameLength).CopyTo(_form.AsSpan(_formLength));
        _formLength += _nameLength;
        _form[_formLength++] = (byte)'=';
        _formLength = Escape(value, ref _form, _formLength);
    }

    private static int Escape(ReadOnlySpan<byte> text, ref byte[] target, int at)
    {
        Grow(ref target, at + (3 * text.Length));
        while (true)
        {
            var plain = text.IndexOfAnyExcept(Unreserved);
            if (plain < 0) plain = text.Length;
            text[..plain].CopyTo(target.AsSpan(at));
            at += plain;
            if (plain == text.Length) return at;
            target[at++] = (byte)'%';
            text[plain].TryFormat(target.AsSpan(at), out _, "X2", CultureInfo.InvariantCulture);
            at += 2;
            text = text[(plain + 1)..];
        }
    }

    private static void Grow(ref byte[] buffer, int needed)
    {
        if (buffer.Length < needed) Array.Resize(ref buffer, Math.Max(needed, 2 * buffer.Length));
    }
}
