using Npgsql;
using NpgsqlTypes;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>Inserts a token that nobody has used before, so that it recognises a row of its own first run.</summary>
public sealed class TokenStatement(bool rerunSafe) : GroupStatement<long, bool>
{
    public override string Name => "tokens";

    public override string Sql => "WITH taken AS (INSERT INTO tokens SELECT unnest($1) ON CONFLICT DO NOTHING) SELECT";

    public override bool RerunSafe => rerunSafe;

    public override void Bind(NpgsqlParameterCollection parameters, ReadOnlySpan<long> batch)
    {
        var tokens = Column<long>(parameters, 0, NpgsqlDbType.Bigint);
        foreach (var token in batch)
            tokens.Add(token);
    }

    public override void Read(NpgsqlDataReader row, ReadOnlySpan<long> batch, GroupAnswers<bool> answers)
    {
    }

    public override bool Unanswered(in long request) => true;
}
