namespace Patterns.RlsTesting;

/// <summary>A policy's USING or WITH CHECK, and what its structure says.</summary>
internal sealed class PolicyExpression(string text)
{
    private static readonly HashSet<string> Constants = ["now", "transaction_timestamp", "statement_timestamp"];

    /// <summary>As the server prints it with an empty search path, so that every name of the user's is qualified.</summary>
    public string Text { get; } = text;

    public Expression Tree { get; } = ExpressionParser.Parse(text);

    /// <summary>The function names that it calls, to ask the catalogue about.</summary>
    public IEnumerable<string> FunctionNames => Tree.All.OfType<Expression.Call>().Select(static call => call.Name);

    /// <summary>Whether it lets every row of the table through.</summary>
    public bool IsAlwaysTrue(Relation table) => Tautology.Holds(Tree, table);

    /// <summary>Whether every row that it lets through has had its tenant compared with something that is not of the row itself.</summary>
    public bool ConstrainsTenant(Relation table, string column) => FirstUnconstrained(Tree, table, column) is null;

    /// <summary>The alternative through which rows of any tenant come; null when there is none.</summary>
    public string? Unconstrained(Relation table, string column) => FirstUnconstrained(Tree, table, column) is { } hole ? Text[hole.Start..hole.End] : null;

    /// <summary>Whether a word is a name, a key or a path in it, such as a claim that users write themselves.</summary>
    public bool Mentions(string word) => Tree.All.Any(part => part switch
    {
        Expression.Column column => column.Name == word,
        Expression.Constant constant => constant.Value.Split(['{', '}', ',', '.', '$', '"', '[', ']', ' ']).Contains(word, StringComparer.Ordinal),
        _ => false,
    });

    /// <summary>The comparison in it that pins the tenant and looks at no other column and no other table: what a further policy may say in the same words.</summary>
    public string? Pin(Relation table, string column)
    {
        var conjuncts = Tree is Expression.Operation { Operator: "AND" } and ? and.Operands : [Tree];
        var pin = conjuncts.FirstOrDefault(part => part is Expression.Operation { Operator: "=", Operands: [var left, var right] }
            && (IsTenant(left, table, column) || IsTenant(right, table, column))
            && left is not Expression.Constant && right is not Expression.Constant
            && part.All.OfType<Expression.Column>().Count() == 1
            && !part.All.OfType<Expression.Select>().Any(static select => select.HasFrom));
        return pin is null ? null : Text[pin.Start..pin.End];
    }

    /// <summary>The calls that are made for every row although they do not depend on it, and those that do.</summary>
    public (IReadOnlyList<Expression.Call> Wrappable, IReadOnlyList<Expression.Call> PerRow) UnwrappedCalls(Relation table, FunctionVolatility functions)
    {
        var (wrappable, perRow) = (new List<Expression.Call>(), new List<Expression.Call>());
        Visit(Tree, wrapped: false);
        return (wrappable, perRow);

        void Visit(Expression expression, bool wrapped)
        {
            switch (expression)
            {
                case Expression.Group { IsFrom: true }:
                    foreach (var select in expression.All.OfType<Expression.Select>())
                        Visit(select, wrapped);
                    return;
                case Expression.Call call when functions.Of(call) != 'i' && !IsTime(call):
                    if (call.All.OfType<Expression.Column>().Any(column => IsOwn(column, table)))
                    {
                        if (call.Schema is not null) perRow.Add(call);
                    }
                    else if (!wrapped && !call.All.OfType<Expression.Column>().Any())
                    {
                        wrappable.Add(call);
                        return; // its arguments are wrapped with it
                    }

                    break;
            }

            foreach (var part in expression.Parts)
                Visit(part, expression is Expression.Select { HasFrom: var from } ? !from : wrapped);
        }
    }

    /// <summary>The text with each of these calls wrapped as <c>(SELECT f())</c>, which the planner runs once a statement.</summary>
    public string Wrapped(IEnumerable<Expression.Call> calls)
    {
        var wrapped = Text;
        foreach (var call in calls.OrderByDescending(static call => call.Start))
            wrapped = $"{wrapped[..call.Start]}(SELECT {wrapped[call.Start..call.End]}){wrapped[call.End..]}";
        return wrapped;
    }

    // Built in, and as cheap as a constant.
    private static bool IsTime(Expression.Call call) => call.Schema is null && Constants.Contains(call.Name);

    private static Expression? FirstUnconstrained(Expression expression, Relation table, string column) => expression switch
    {
        Expression.Operation { Operator: "OR" } or => or.Operands.Select(operand => FirstUnconstrained(operand, table, column)).FirstOrDefault(static hole => hole is not null),
        Expression.Operation { Operator: "AND" } and => and.Operands.Any(operand => FirstUnconstrained(operand, table, column) is null) ? null : expression,
        Expression.Constant { Value: "false" } or Expression.Constant { Value: "NULL" } => null,
        Expression.Select { HasFrom: false, Items: [var only] } => FirstUnconstrained(only, table, column),
        Expression.Operation { Operator: "EXISTS" } => MentionsTenant(expression, table, column) ? null : expression,
        Expression.Operation { Operator: "NOT" or "NOT IN" } => expression,
        Expression.Operation { Operator: var name } when IsOrder(name) => expression,
        // A subquery that is correlated by the tenant compares it there.
        Expression.Operation { Operands: [var left, var right] } when MentionsTenant(left, table, column) && MentionsTenant(right, table, column) => right is Expression.Select { HasFrom: true } ? null : expression,
        _ => MentionsTenant(expression, table, column) ? null : expression,
    };

    // What leaves more than one tenant's rows, or all of them.
    private static bool IsOrder(string name) => name is "<>" or "!=" or "<" or ">" or "<=" or ">=" or "IS DISTINCT FROM" or "<> ALL"
        || name.Contains('~', StringComparison.Ordinal)
        || (name.StartsWith("IS ", StringComparison.Ordinal) && !name.EndsWith("DISTINCT FROM", StringComparison.Ordinal) && name is not "IS TRUE");

    private static bool MentionsTenant(Expression expression, Relation table, string column) => expression.All.Any(part => IsTenant(part, table, column));

    private static bool IsTenant(Expression expression, Relation table, string column) => expression is Expression.Column own && own.Name == column && IsOwn(own, table);

    // Inside a subquery the server qualifies every column; an alias that it must make up for the same table is not the table's name.
    private static bool IsOwn(Expression.Column column, Relation table) => column.Table is null || column.Table == table.PlainName;
}
