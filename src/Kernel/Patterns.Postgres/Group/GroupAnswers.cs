namespace Patterns.Postgres;

/// <summary>The answers to one batch, and which of its requests have one.</summary>
/// <typeparam name="TResult">What a caller is told.</typeparam>
public readonly ref struct GroupAnswers<TResult>
{
    private readonly Span<TResult> _results;
    private readonly Span<bool> _answered;

    internal GroupAnswers(Span<TResult> results, Span<bool> answered)
    {
        _results = results;
        _answered = answered;
    }

    /// <summary>How many requests the batch has.</summary>
    public int Count => _results.Length;

    /// <summary>Answers one request.</summary>
    /// <param name="index">The request's place in the batch, from 0.</param>
    /// <value>The answer.</value>
    /// <exception cref="IndexOutOfRangeException">The batch has no such request.</exception>
    public TResult this[int index]
    {
        set
        {
            _results[index] = value;
            _answered[index] = true;
        }
    }
}
