using Npgsql;

namespace Patterns.Postgres;

/// <summary>An exception object for each caller: one that several await would gather all their stack traces, and one caller's handler could change another's.</summary>
internal static class OwnException
{
    public static Exception Of(Exception failure) => failure switch
    {
        PostgresException e => new PostgresException(
            e.MessageText, e.Severity, e.InvariantSeverity, e.SqlState, e.Detail, e.Hint, e.Position, e.InternalPosition, e.InternalQuery, e.Where,
            e.SchemaName, e.TableName, e.ColumnName, e.DataTypeName, e.ConstraintName, e.File, e.Line, e.Routine),
        NotOpenedException e => new NotOpenedException(e.Message, e),
        NpgsqlException e => new NpgsqlException(e.Message, e),
        AnswersException e => new InvalidOperationException(e.Message, e.InnerException),
        var e => new NpgsqlException(e.Message, e),
    };

    public static Exception Lost(Exception failure, string group) => new OutcomeUnknownException(
        $"The connection was lost while a batch of group '{group}' was on its way, so the work may or may not be applied. Look before you repeat it.", failure);
}
