using System.Text;

namespace Patterns.WebhookSecurity.Schemes;

/// <summary>What a scheme signs, as a template of literals and <c>{id}</c>, <c>{timestamp}</c>, <c>{url}</c> and exactly one <c>{body}</c>.</summary>
internal sealed class SignedContent
{
    private readonly Piece[] _lead;
    private readonly Piece[] _trail;

    private SignedContent(Piece[] lead, Piece[] trail)
    {
        _lead = lead;
        _trail = trail;
        HasId = Array.Exists([.. lead, .. trail], piece => piece.Kind == PieceKind.Id);
        HasTimestamp = Array.Exists([.. lead, .. trail], piece => piece.Kind == PieceKind.Timestamp);
        HasUrl = Array.Exists([.. lead, .. trail], piece => piece.Kind == PieceKind.Url);
        DigitsTouchBody = lead is [.., { Kind: PieceKind.Timestamp }] || trail is [{ Kind: PieceKind.Timestamp }, ..];
    }

    private enum PieceKind
    {
        Literal,
        Id,
        Timestamp,
        Url,
        Body,
    }

    public bool HasId { get; }

    public bool HasTimestamp { get; }

    public bool HasUrl { get; }

    /// <summary>Whether nothing separates the timestamp from the body, so that a digit could be moved between them.</summary>
    public bool DigitsTouchBody { get; }

    /// <summary>The characters that end an id in the template, which an id must therefore not contain.</summary>
    public string IdSeparators { get; private init; } = "";

    /// <exception cref="ArgumentException">The template does not say unambiguously what is signed.</exception>
    public static SignedContent Parse(string template)
    {
        ArgumentException.ThrowIfNullOrEmpty(template);
        var pieces = Split(template);
        var body = pieces.FindIndex(piece => piece.Kind == PieceKind.Body);
        if (body < 0) throw Refused(template, "has no {body}: the body would not be signed.");
        foreach (var kind in Enum.GetValues<PieceKind>())
        {
            if (kind != PieceKind.Literal && pieces.FindAll(piece => piece.Kind == kind).Count > 1)
                throw Refused(template, $"names {{{kind.ToString().ToLowerInvariant()}}} twice.");
        }
        return new SignedContent([.. pieces[..body]], [.. pieces[(body + 1)..]]) { IdSeparators = SeparatorsOfId(template, pieces) };
    }

    /// <summary>Writes what comes before the body.</summary>
    public int WriteLead(in SignedParts parts, Span<byte> target, bool withTimestamp = true) => Write(_lead, parts, target, withTimestamp);

    /// <summary>Writes what comes after the body.</summary>
    public int WriteTrail(in SignedParts parts, Span<byte> target, bool withTimestamp = true) => Write(_trail, parts, target, withTimestamp);

    /// <summary>How many bytes the lead and the trail take at most, together.</summary>
    public int MaxLength(in SignedParts parts)
    {
        var literals = 0;
        foreach (var piece in _lead) literals += piece.Literal.Length;
        foreach (var piece in _trail) literals += piece.Literal.Length;
        return literals + parts.TimestampText.Length + (HasId ? 3 * parts.Id!.Length : 0) + (HasUrl ? 3 * parts.Url!.Length : 0);
    }

    private static int Write(Piece[] pieces, in SignedParts parts, Span<byte> target, bool withTimestamp)
    {
        var written = 0;
        foreach (var piece in pieces)
        {
            var rest = target[written..];
            switch (piece.Kind)
            {
                case PieceKind.Literal: piece.Literal.CopyTo(rest); written += piece.Literal.Length; break;
                case PieceKind.Id: written += Encoding.UTF8.GetBytes(parts.Id, rest); break;
                case PieceKind.Url: written += Encoding.UTF8.GetBytes(parts.Url, rest); break;
                case PieceKind.Timestamp when withTimestamp: written += Encoding.UTF8.GetBytes(parts.TimestampText, rest); break;
            }
        }
        return written;
    }

    private static List<Piece> Split(string template)
    {
        var pieces = new List<Piece>();
        for (var i = 0; i < template.Length;)
        {
            var open = template.IndexOf('{', i);
            if (open != i) pieces.Add(new(PieceKind.Literal, Encoding.UTF8.GetBytes(template[i..(open < 0 ? template.Length : open)])));
            if (open < 0) break;
            var close = template.IndexOf('}', open);
            var name = close < 0 ? template[open..] : template[open..(close + 1)];
            pieces.Add(new(name switch
            {
                "{id}" => PieceKind.Id,
                "{timestamp}" => PieceKind.Timestamp,
                "{url}" => PieceKind.Url,
                "{body}" => PieceKind.Body,
                _ => throw Refused(template, $"has '{name}'; it takes {{id}}, {{timestamp}}, {{url}} and {{body}}."),
            }, []));
            i = close + 1;
        }
        return pieces;
    }

    // Without a separator a captured request could be cut elsewhere: part of the id declared to be the body, under the same signature.
    private static string SeparatorsOfId(string template, List<Piece> pieces)
    {
        var id = pieces.FindIndex(piece => piece.Kind == PieceKind.Id);
        if (id < 0) return "";
        var separators = "";
        if (id > 0) separators += Separator(pieces[id - 1].Literal, fromEnd: true);
        if (id < pieces.Count - 1) separators += Separator(pieces[id + 1].Literal, fromEnd: false);
        return separators;

        char Separator(byte[] literal, bool fromEnd) => literal.Length == 0
            ? throw Refused(template, "has nothing between {id} and its neighbour, so that the signature would fit other ids too.")
            : (char)(fromEnd ? literal[^1] : literal[0]);
    }

    private static ArgumentException Refused(string template, string why) => new($"The signed content '{template}' {why}", nameof(template));

    private readonly record struct Piece(PieceKind Kind, byte[] Literal);
}
