namespace Patterns.DevServers;

/// <summary>How a Redis server for development and tests is started.</summary>
public sealed class DevRedisOptions : ServerOptions
{
    /// <summary>Whether the data survives a killed server; <see cref="RedisPersistence.None"/> by default.</summary>
    public RedisPersistence Persistence { get; set; }

    internal override IEnumerable<string> Key => [.. base.Key, Persistence.ToString()];

    internal override bool NeedsDisk => Persistence == RedisPersistence.Always;

    internal override void Validate()
    {
        base.Validate();
        Refuse("port", "bind", "requirepass", "dir", "daemonize", "logfile", "include");
    }
}
