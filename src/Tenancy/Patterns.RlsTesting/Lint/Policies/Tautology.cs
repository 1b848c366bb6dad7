using System.Globalization;

namespace Patterns.RlsTesting;

/// <summary>Finds expressions that are true whatever the row and the setting.</summary>
internal static class Tautology
{
    public static bool Holds(Expression expression, Relation table) => expression switch
    {
        Expression.Constant { Value: "true" or "t" or "yes" or "on" or "1" } => true,
        Expression.Operation { Operator: "OR" } or => or.Operands.Any(operand => Holds(operand, table)),
        Expression.Operation { Operator: "AND" } and => and.Operands.All(operand => Holds(operand, table)),
        Expression.Operation { Operator: "NOT", Operands: [var operand] } => Fails(operand, table),
        Expression.Operation { Operator: "IS TRUE" or "IS NOT FALSE", Operands: [var operand] } => Holds(operand, table),
        Expression.Operation { Operator: "IS NOT NULL", Operands: [var operand] } => IsNeverNull(operand, table),
        Expression.Operation { Operator: "IS NOT DISTINCT FROM", Operands: [var left, var right] } => IsSame(left, right),
        Expression.Operation { Operator: "=" or "<=" or ">=", Operands: [var left, var right] } when IsSame(left, right) => IsNeverNull(left, table),
        Expression.Operation { Operator: var name, Operands: [Expression.Constant left, Expression.Constant right] } => Compares(name, left.Value, right.Value),
        Expression.Call { Name: "COALESCE", Arguments: [var first, ..] } => Holds(first, table),
        Expression.Select { HasFrom: false, Items: [var only] } => Holds(only, table),
        _ => false,
    };

    private static bool Fails(Expression expression, Relation table) => expression switch
    {
        Expression.Constant { Value: "false" or "f" } => true,
        Expression.Operation { Operator: "NOT", Operands: [var operand] } => Holds(operand, table),
        Expression.Operation { Operator: "OR" } or => or.Operands.All(operand => Fails(operand, table)),
        Expression.Operation { Operator: "AND" } and => and.Operands.Any(operand => Fails(operand, table)),
        Expression.Operation { Operator: "IS NULL", Operands: [var operand] } => IsNeverNull(operand, table),
        Expression.Operation { Operator: "<>" or "<" or ">", Operands: [var left, var right] } when IsSame(left, right) => IsNeverNull(left, table),
        Expression.Operation { Operator: var name, Operands: [Expression.Constant left, Expression.Constant right] } => left.Value != "NULL" && right.Value != "NULL" && !Compares(name, left.Value, right.Value) && name is "=" or "<>" or "<" or ">",
        _ => false,
    };

    private static bool IsNeverNull(Expression expression, Relation table) => expression switch
    {
        Expression.Constant constant => constant.Value != "NULL",
        Expression.Column { Name: var name } column => (column.Table is null || column.Table == table.PlainName) && table.Columns.Any(candidate => candidate.Name == name && !candidate.IsNullable),
        Expression.Select { HasFrom: false, Items: [var only] } => IsNeverNull(only, table),
        _ => false,
    };

    private static bool IsSame(Expression left, Expression right) => (Unwrapped(left), Unwrapped(right)) switch
    {
        (Expression.Constant a, Expression.Constant b) => a.Value == b.Value,
        (Expression.Column a, Expression.Column b) => a.Name == b.Name && a.Table == b.Table,
        _ => false,
    };

    private static Expression Unwrapped(Expression expression) => expression is Expression.Select { HasFrom: false, Items: [var only] } ? Unwrapped(only) : expression;

    private static bool Compares(string name, string left, string right)
    {
        if (left == "NULL" || right == "NULL") return false;
        var numbers = decimal.TryParse(left, CultureInfo.InvariantCulture, out var a) & decimal.TryParse(right, CultureInfo.InvariantCulture, out var b);
        var order = numbers ? a.CompareTo(b) : string.CompareOrdinal(left, right);
        return name switch
        {
            "=" => order == 0,
            "<>" => order != 0,
            // Text is ordered by a collation that is the server's.
            "<" => numbers && order < 0,
            ">" => numbers && order > 0,
            "<=" => order == 0 || (numbers && order < 0),
            ">=" => order == 0 || (numbers && order > 0),
            _ => false,
        };
    }
}
