using Microsoft.Extensions.Options;
using Npgsql;
using Patterns.Postgres;

namespace Patterns.RlsSession;

/// <summary>Where scoped connections come from.</summary>
internal sealed class ScopedSource(IPostgres postgres, IOptions<RlsOptions> options)
{
    public NpgsqlDataSource Value { get; } = options.Value.DataSource ?? postgres.DataSource;
}
