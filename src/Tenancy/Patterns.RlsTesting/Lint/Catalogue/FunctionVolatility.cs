namespace Patterns.RlsTesting;

/// <summary>Whether a function that a policy names by schema, name and number of arguments may answer differently from one statement or row to the next.</summary>
internal sealed class FunctionVolatility(ILookup<(string Schema, string Name), (int Least, int Most, char Volatility)> functions)
{
    /// <summary>v for volatile, s for stable, i for immutable and for what is no function. Of overloads that the call may mean, the most volatile one.</summary>
    public char Of(Expression.Call call)
    {
        var candidates = functions[(call.Schema ?? "pg_catalog", call.Name)].Where(function => call.Arguments.Count >= function.Least && call.Arguments.Count <= function.Most).ToList();
        return candidates.Exists(static function => function.Volatility == 'v') ? 'v' : candidates.Exists(static function => function.Volatility == 's') ? 's' : 'i';
    }
}
