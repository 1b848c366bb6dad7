namespace Patterns.RlsTesting;

/// <summary>An expression by its structure, with the part of the text that it came from. Casts and parentheses are not in it.</summary>
internal abstract record Expression(int Start, int End)
{
    /// <summary>What it is made of.</summary>
    public abstract IReadOnlyList<Expression> Parts { get; }

    /// <summary>This and everything in it.</summary>
    public IEnumerable<Expression> All => Parts.SelectMany(static part => part.All).Prepend(this);

    /// <summary>A column, qualified as the text has it.</summary>
    public sealed record Column(int Start, int End, string? Table, string Name) : Expression(Start, End)
    {
        public override IReadOnlyList<Expression> Parts => [];
    }

    /// <summary>A constant: a string, a number, <c>true</c>, <c>false</c> or <c>NULL</c>.</summary>
    public sealed record Constant(int Start, int End, string Value) : Expression(Start, End)
    {
        public override IReadOnlyList<Expression> Parts => [];
    }

    /// <summary>A call. Constructs with a key word of their own, such as COALESCE, have it as the name, in capitals.</summary>
    public sealed record Call(int Start, int End, string? Schema, string Name, IReadOnlyList<Expression> Arguments) : Expression(Start, End)
    {
        public override IReadOnlyList<Expression> Parts => Arguments;
    }

    /// <summary>An operator or a predicate: <c>=</c>, <c>= ANY</c>, <c>AND</c>, <c>IS NOT NULL</c>, <c>EXISTS</c> and so on.</summary>
    public sealed record Operation(int Start, int End, string Operator, IReadOnlyList<Expression> Operands) : Expression(Start, End)
    {
        public override IReadOnlyList<Expression> Parts => Operands;
    }

    /// <summary>A subquery. Without FROM it is a wrapper, whose parts are what it selects; what stands in FROM is a <see cref="Group"/> of its own.</summary>
    public sealed record Select(int Start, int End, bool HasFrom, IReadOnlyList<Expression> Items) : Expression(Start, End)
    {
        public override IReadOnlyList<Expression> Parts => Items;
    }

    /// <summary>Anything else that has parts: arrays, rows, CASE, a FROM clause.</summary>
    public sealed record Group(int Start, int End, bool IsFrom, IReadOnlyList<Expression> Items) : Expression(Start, End)
    {
        public override IReadOnlyList<Expression> Parts => Items;
    }
}
