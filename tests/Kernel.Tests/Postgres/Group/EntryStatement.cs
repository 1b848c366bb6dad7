using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>Inserts entries, and remembers which came together.</summary>
public class EntryStatement(string name = "entries", bool rerunSafe = false) : GroupStatement<Entry, Answer>
{
    public override string Name => name;

    public override bool RerunSafe => rerunSafe;

    public override string Sql =>
        $"""
        INSERT INTO entries (id, key, fault, at, ordinal, judged)
        SELECT id, key, fault, at, ordinal, judge(fault) FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS r (id, key, fault, at, ordinal) ORDER BY ordinal
        {(rerunSafe ? "ON CONFLICT (id) DO UPDATE SET ordinal = excluded.ordinal" : "")}
        RETURNING ordinal, id * 3 + 1, currval('statements')
        """;

    /// <summary>The ids in each statement, in the order in which they were bound, resent parts too.</summary>
    public ConcurrentQueue<int[]> Batches { get; } = [];

    /// <summary>Sees each request that is bound, and may throw.</summary>
    public Action<Entry>? Binding { get; set; }

    public override void Bind(NpgsqlParameterCollection parameters, ReadOnlySpan<Entry> batch)
    {
        var ids = Column<int>(parameters, 0, NpgsqlDbType.Integer);
        var keys = Column<string>(parameters, 1, NpgsqlDbType.Text);
        var faults = Column<string>(parameters, 2, NpgsqlDbType.Text);
        var times = Column<DateTime>(parameters, 3, NpgsqlDbType.TimestampTz);
        foreach (var entry in batch)
        {
            ids.Add(entry.Id);
            keys.Add(entry.Key);
            faults.Add(entry.Fault);
            times.Add(entry.At);
        }

        Batches.Enqueue([.. ids]);
        if (Binding is null)
            return;

        foreach (var entry in batch)
            Binding(entry);
    }

    public override void Read(NpgsqlDataReader row, ReadOnlySpan<Entry> batch, GroupAnswers<Answer> answers)
    {
        ArgumentNullException.ThrowIfNull(row);
        answers[row.GetInt32(0) - 1] = new(row.GetInt32(1), row.GetInt64(2));
    }
}
