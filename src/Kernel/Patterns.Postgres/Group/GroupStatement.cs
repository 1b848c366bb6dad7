using Npgsql;
using NpgsqlTypes;

namespace Patterns.Postgres;

/// <summary>
/// The one statement that a group sends for many requests at once: <c>INSERT ... SELECT ... FROM unnest($1, $2)</c>, or a call of a function that takes arrays. It must
/// answer each request, and must not begin or end a transaction. One instance serves several lanes at once, so it keeps no state of its own.
/// </summary>
/// <typeparam name="TRequest">What a caller asks.</typeparam>
/// <typeparam name="TResult">What a caller is told.</typeparam>
public abstract class GroupStatement<TRequest, TResult>
{
    /// <summary>The group's name in metrics, spans and messages, such as <c>webhook_receive</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The statement, with <c>$1</c>, <c>$2</c> and so on, its schema already in place (<see cref="IPostgres.Sql"/>).</summary>
    public abstract string Sql { get; }

    /// <summary>
    /// Whether a batch whose connection was lost after sending may be sent once more. Say so only when the statement recognises the row of its own first run (by a token in the
    /// request): otherwise the second run answers "duplicate" about the first, and the caller drops what he should have done. Default: no.
    /// </summary>
    public virtual bool RerunSafe => false;

    /// <summary>The method to call in a transaction instead, for the message that refuses a call under an ambient <c>System.Transactions</c> transaction.</summary>
    public virtual string? TransactionalForm => null;

    /// <summary>
    /// Puts the requests into the parameters, one array a column. The collection is that of a command that is used again, so call <see cref="Column{T}"/> for each
    /// parameter, in order, every time. What this throws is blamed on a row: the batch is halved until the row is found.
    /// </summary>
    /// <param name="parameters">The command's parameters.</param>
    /// <param name="batch">The requests: at least one, sorted by key where the group has one.</param>
    public abstract void Bind(NpgsqlParameterCollection parameters, ReadOnlySpan<TRequest> batch);

    /// <summary>
    /// Takes the answers from one row of the result: either a row answers one request and carries its ordinal, or (faster) one row carries arrays that answer all. Nobody
    /// sees an answer before the server has said that the transaction is complete.
    /// </summary>
    /// <param name="row">The present row.</param>
    /// <param name="batch">The requests, as they were bound.</param>
    /// <param name="answers">Where the answers go, by the request's place in <paramref name="batch"/>.</param>
    public abstract void Read(NpgsqlDataReader row, ReadOnlySpan<TRequest> batch, GroupAnswers<TResult> answers);

    /// <summary>
    /// What a request is told for which no answer came. The default takes that for a mistake in the statement: every caller of the batch gets the exception, although the
    /// rows are committed.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <returns>Its answer.</returns>
    /// <exception cref="InvalidOperationException">Always, unless overridden.</exception>
    public virtual TResult Unanswered(in TRequest request) =>
        throw new InvalidOperationException($"The statement of group '{Name}' answered fewer requests than it was asked. Its transaction is committed. Return one answer for each request, or override Unanswered.");

    /// <summary>The list that is sent as the array parameter <c>$(index + 1)</c>, emptied, to be filled with one value for each request. It is used again for the next batch.</summary>
    /// <typeparam name="T">The type of a value; a nullable one where values may be NULL.</typeparam>
    /// <param name="parameters">The command's parameters.</param>
    /// <param name="index">The parameter's place, from 0, without leaving one out.</param>
    /// <param name="element">PostgreSQL's type of a value.</param>
    /// <returns>The empty list.</returns>
    protected static List<T> Column<T>(NpgsqlParameterCollection parameters, int index, NpgsqlDbType element)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (index == parameters.Count)
        {
            var list = new List<T>();
            parameters.Add(new NpgsqlParameter<List<T>> { TypedValue = list, NpgsqlDbType = NpgsqlDbType.Array | element });
            return list;
        }

        var column = ((NpgsqlParameter<List<T>>)parameters[index]).TypedValue!;
        column.Clear();
        return column;
    }
}
