namespace Patterns.DevServers;

/// <summary>Which servers an application gets in development.</summary>
public sealed class DevServersOptions
{
    /// <summary>How PostgreSQL is started; null for none. Not started where <c>ConnectionStrings:Postgres</c> is configured.</summary>
    public DevPostgresOptions? Postgres { get; set; } = new();

    /// <summary>How Redis is started; null for none. Not started where <c>ConnectionStrings:Redis</c> is configured.</summary>
    public DevRedisOptions? Redis { get; set; } = new();
}
