namespace Patterns.RlsTesting;

/// <summary>A column as fixtures and probes need it.</summary>
internal sealed record ColumnShape
{
    public required short Number { get; init; }

    public required string Name { get; init; }

    /// <summary>The declared type as SQL text: what a literal is cast to.</summary>
    public required string Type { get; init; }

    /// <summary>The catalogue's name of the type beneath all domains, such as <c>int4</c>; of an array, that of its elements with <c>[]</c>.</summary>
    public required string Base { get; init; }

    /// <summary>The type modifier of <see cref="Base"/>: the length of a <c>varchar</c>, the precision of a <c>numeric</c>; -1 for none.</summary>
    public required int Modifier { get; init; }

    /// <summary>Of an array the type of its elements as SQL text, of a range the catalogue's name of its bounds' type; null for all others.</summary>
    public required string? Subtype { get; init; }

    /// <summary>The values of an enum, in order; empty for all others.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>How many attributes a composite type has; 0 for all others.</summary>
    public required int Attributes { get; init; }

    /// <summary>The domains that the type is made of, whose checks a value must pass.</summary>
    public required IReadOnlyList<string> Domains { get; init; }

    public required string? DomainChecks { get; init; }

    public required bool NotNull { get; init; }

    /// <summary>An INSERT may leave it out: it has a default, or is an identity column.</summary>
    public required bool HasDefault { get; init; }

    public required bool Generated { get; init; }

    /// <summary>GENERATED ALWAYS AS IDENTITY: an UPDATE may not set it.</summary>
    public required bool AlwaysIdentity { get; init; }

    public required bool CanSelect { get; init; }

    public required bool CanInsert { get; init; }

    public required bool CanUpdate { get; init; }

    public string Sql => SqlText.Identifier(Name);

    public bool Required => NotNull && !HasDefault && !Generated;
}
