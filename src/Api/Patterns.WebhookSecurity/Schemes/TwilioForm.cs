using System.Globalization;
using System.Text;

namespace Patterns.WebhookSecurity.Schemes;

/// <summary>A form as Twilio signs it: the decoded fields in the ordinal order of their names, each name directly followed by its value.</summary>
internal static class TwilioForm
{
    // As many as ASP.NET Core's own form reader takes.
    private const int MaxFields = 1024;

    /// <summary>Joins the fields; false if there are too many. A repeated field's values are sorted and count once each.</summary>
    public static bool TryJoin(ReadOnlySpan<byte> form, out string joined)
    {
        joined = "";
        if (form.Count((byte)'&') >= MaxFields) return false;
        var fields = new SortedSet<(string Name, string Value)>(Comparer<(string Name, string Value)>.Create(static (a, b) =>
            string.CompareOrdinal(a.Name, b.Name) is not 0 and var order ? order : string.CompareOrdinal(a.Value, b.Value)));
        foreach (var range in form.Split((byte)'&'))
        {
            var field = form[range];
            if (field.IsEmpty) continue;
            var equals = field.IndexOf((byte)'=');
            fields.Add(equals < 0 ? (Decode(field), "") : (Decode(field[..equals]), Decode(field[(equals + 1)..])));
        }
        joined = string.Concat(fields.Select(static field => field.Name + field.Value));
        return true;
    }

    private static string Decode(ReadOnlySpan<byte> text)
    {
        var bytes = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var isEscape = text[i] == '%' && i + 2 < text.Length && byte.TryParse(text.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[length]);
            if (isEscape) i += 2;
            else bytes[length] = text[i] == '+' ? (byte)' ' : text[i];
            length++;
        }
        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
