namespace Patterns.RlsTesting;

/// <summary>
/// Reads what <c>pg_get_expr</c> prints for a policy. The server puts every operation into parentheses of its own, so no precedence has to be known beside that of OR, AND and NOT.
/// It never fails: what it does not know becomes a group of the parts that it does know.
/// </summary>
internal sealed class ExpressionParser
{
    private readonly List<SqlToken> _tokens;
    private int _at;

    private ExpressionParser(List<SqlToken> tokens) => _tokens = tokens;

    public static Expression Parse(string text)
    {
        var parser = new ExpressionParser(SqlTokenizer.Tokens(text));
        var parts = parser.Sequence(static _ => false);
        return parts is [var only] ? only : new Expression.Group(0, text.Length, IsFrom: false, parts);
    }

    private SqlToken Current => _tokens[_at];

    private SqlToken Peek => _tokens[Math.Min(_at + 1, _tokens.Count - 1)];

    private int LastEnd => _at == 0 ? 0 : _tokens[_at - 1].End;

    private bool TryTake(string symbolOrKeyword)
    {
        if (!Current.Is(symbolOrKeyword)) return false;
        _at++;
        return true;
    }

    // Expressions one after the other, whatever stands between them. Every turn takes a token or more.
    private List<Expression> Sequence(Func<SqlToken, bool> ends)
    {
        var parts = new List<Expression>();
        while (Current.Kind != SqlTokenKind.End && !ends(Current))
        {
            if (Current.Is(",") || Current.Is(")") || Current.Is("]") || Current.Is(";") || Current.Is(".")) _at++;
            else if (TryTake("AS") && Current.Kind == SqlTokenKind.Name) _at++; // an output's name is no column
            else parts.Add(Disjunction());
        }

        return parts;
    }

    private Expression Disjunction() => Chain("OR", Conjunction);

    private Expression Conjunction() => Chain("AND", Negation);

    private Expression Chain(string keyword, Func<Expression> operand)
    {
        var first = operand();
        if (!Current.Is(keyword)) return first;
        var operands = new List<Expression> { first };
        while (TryTake(keyword))
            operands.Add(operand());
        return new Expression.Operation(first.Start, LastEnd, keyword, operands);
    }

    private Expression Negation()
    {
        var start = Current.Start;
        if (!TryTake("NOT")) return Comparison();
        var negated = Negation();
        return negated is Expression.Operation { Operands.Count: 2 } comparison && Opposite(comparison.Operator) is { } opposite
            ? comparison with { Start = start, End = LastEnd, Operator = opposite }
            : new Expression.Operation(start, LastEnd, "NOT", [negated]);
    }

    // The server keeps IS NOT DISTINCT FROM as the negation of the other.
    private static string? Opposite(string name) => name switch { "IS DISTINCT FROM" => "IS NOT DISTINCT FROM", "<>" => "=", "=" => "<>", _ => null };

    private Expression Comparison()
    {
        var left = Operand();
        while (true)
        {
            if (Current.Kind == SqlTokenKind.Symbol && IsOperator(Current.Text) || Current.Is("OPERATOR"))
            {
                var name = OperatorName();
                if (Current.Is("ANY") || Current.Is("ALL") || Current.Is("SOME"))
                    name += " " + _tokens[_at++].Text;
                left = Binary(name, left, Operand());
            }
            else if (TryTake("IN")) left = Binary("IN", left, Operand());
            else if (Current.Is("NOT") && Peek.Is("IN"))
            {
                _at += 2;
                left = Binary("NOT IN", left, Operand());
            }
            else if (Current.Is("IS")) left = Is(left);
            else if (TryTake("COLLATE")) QualifiedName();
            else if (Current.Is("AT") && Peek.Is("TIME"))
            {
                _at += 2;
                TryTake("ZONE");
                left = Binary("AT TIME ZONE", left, Operand());
            }
            else return left;
        }
    }

    private Expression.Operation Binary(string name, Expression left, Expression right) => new(left.Start, LastEnd, name, [left, right]);

    private static bool IsOperator(string symbol) => symbol is not ("(" or ")" or "[" or "]" or "," or ";" or "." or "::");

    // OPERATOR(public.%) where the operator's schema is not on the search path.
    private string OperatorName()
    {
        var token = _tokens[_at++];
        if (token.Text != "OPERATOR") return token.Text;
        var name = "";
        while (Current.Kind != SqlTokenKind.End && !Current.Is(")"))
            name = _tokens[_at++].Text;
        _at = Math.Min(_at + 1, _tokens.Count - 1);
        return name;
    }

    private Expression.Operation Is(Expression left)
    {
        var words = new List<string>();
        while (Current.Kind == SqlTokenKind.Keyword && Current.Text is "IS" or "NOT" or "NULL" or "TRUE" or "FALSE" or "UNKNOWN" or "DISTINCT" or "FROM" or "DOCUMENT" or "JSON" or "NORMALIZED")
            words.Add(_tokens[_at++].Text);
        var name = string.Join(' ', words);
        return name.EndsWith("DISTINCT FROM", StringComparison.Ordinal) ? Binary(name, left, Operand()) : new(left.Start, LastEnd, name, [left]);
    }

    private Expression Operand()
    {
        var operand = Primary();
        while (true)
        {
            if (TryTake("::")) TypeName();
            else if (Current.Is("["))
            {
                var subscripts = Bracketed("]");
                operand = new Expression.Group(operand.Start, LastEnd, IsFrom: false, [operand, .. subscripts]);
            }
            else if (Current.Is(".") && Peek.Kind == SqlTokenKind.Name) _at += 2;
            else if (Current.Kind == SqlTokenKind.Keyword && Current.Text is "OVER" or "FILTER" && Peek.Is("("))
            {
                _at++;
                operand = new Expression.Group(operand.Start, LastEnd, IsFrom: false, [operand, .. Bracketed(")")]);
            }
            else return operand with { End = LastEnd };
        }
    }

    private Expression Primary()
    {
        var token = Current;
        if (token.Is("("))
        {
            if (Peek.Kind == SqlTokenKind.Keyword && Peek.Text is "SELECT" or "WITH" or "VALUES")
                return Subquery();
            var parts = Bracketed(")");
            return parts is [var inner] ? inner with { Start = token.Start, End = LastEnd } : new Expression.Group(token.Start, LastEnd, IsFrom: false, parts);
        }

        if (token.Kind == SqlTokenKind.Name) return Named();
        if (token.Kind != SqlTokenKind.End) _at++;
        return token.Kind switch
        {
            SqlTokenKind.String or SqlTokenKind.Number => new Expression.Constant(token.Start, token.End, token.Text),
            SqlTokenKind.Keyword => Keyword(token),
            SqlTokenKind.Symbol when IsOperator(token.Text) && Current.Kind != SqlTokenKind.End => new Expression.Operation(token.Start, 0, "prefix " + token.Text, [Operand()]) { End = LastEnd },
            _ => new Expression.Group(token.Start, token.End, IsFrom: false, []),
        };
    }

    private Expression Keyword(SqlToken token)
    {
        switch (token.Text)
        {
            case "NULL":
                return new Expression.Constant(token.Start, token.End, token.Text);
            case "EXISTS":
                return new Expression.Operation(token.Start, 0, token.Text, [Operand()]) { End = LastEnd };
            case "CASE":
                var branches = Sequence(static next => next.Is("END"));
                TryTake("END");
                return new Expression.Group(token.Start, LastEnd, IsFrom: false, branches);
            case "ARRAY" when Current.Is("["):
                return new Expression.Group(token.Start, 0, IsFrom: false, Bracketed("]")) { End = LastEnd };
            case "ARRAY" or "ROW" or "ANY" or "ALL":
                return new Expression.Group(token.Start, 0, IsFrom: false, [Operand()]) { End = LastEnd };
            case "COALESCE" or "NULLIF" or "GREATEST" or "LEAST" or "TRIM" or "SUBSTRING" or "EXTRACT" or "POSITION" or "OVERLAY" or "NORMALIZE":
                return new Expression.Call(token.Start, 0, Schema: null, token.Text, Bracketed(")")) { End = LastEnd };
            default:
                return new Expression.Group(token.Start, token.End, IsFrom: false, []);
        }
    }

    private Expression Named()
    {
        var token = Current;
        var path = QualifiedName();
        var quoted = token.End - token.Start != token.Text.Length;
        if (Current.Is("("))
            return new Expression.Call(token.Start, 0, path is [.., var schema, _] ? schema : null, path[^1], Bracketed(")")) { End = LastEnd };
        return path is ["true" or "false"] && !quoted
            ? new Expression.Constant(token.Start, LastEnd, path[0])
            : new Expression.Column(token.Start, LastEnd, path is [.., var table, _] ? table : null, path[^1]);
    }

    private List<string> QualifiedName()
    {
        var path = new List<string>();
        while (Current.Kind == SqlTokenKind.Name || (path.Count > 0 && Current.Is("*")))
        {
            path.Add(_tokens[_at++].Text);
            if (!Current.Is(".")) break;
            _at++;
        }

        return path;
    }

    // numeric(10,2), character varying(10)[], timestamp(3) with time zone, public.mood, "my type", "char"
    private void TypeName()
    {
        QualifiedName();
        while (true)
        {
            if (Current.Is("(")) Bracketed(")");
            else if (Current.Is("[") && Peek.Is("]")) _at += 2;
            else if (Current.Kind == SqlTokenKind.Name && Current.Text is "varying" or "precision" or "with" or "without" or "time" or "zone") _at++;
            else return;
        }
    }

    private List<Expression> Bracketed(string close)
    {
        _at++;
        var parts = Sequence(token => token.Is(close));
        TryTake(close);
        return parts;
    }

    private Expression.Select Subquery()
    {
        var start = _tokens[_at++].Start;
        var items = new List<Expression>();
        var hasFrom = !TryTake("SELECT");
        while (Current.Kind != SqlTokenKind.End && !Current.Is(")"))
        {
            var from = Current.Start;
            if (!TryTake("FROM"))
            {
                items.AddRange(Sequence(static token => token.Is(")") || token.Is("FROM")));
                continue;
            }

            hasFrom = true;
            items.Add(new Expression.Group(from, 0, IsFrom: true, Sequence(static token => token.Is(")") || (token.Kind == SqlTokenKind.Keyword && token.Text is "WHERE" or "GROUP" or "ORDER" or "LIMIT" or "HAVING" or "UNION"))) { End = LastEnd });
        }

        TryTake(")");
        return new(start, LastEnd, hasFrom, items);
    }
}
