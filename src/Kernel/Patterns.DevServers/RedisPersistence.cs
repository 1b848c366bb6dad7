namespace Patterns.DevServers;

/// <summary>What a Redis server keeps when it ends.</summary>
public enum RedisPersistence
{
    /// <summary>Nothing: a restarted server is empty.</summary>
    None,

    /// <summary>Every acknowledged write, by an append-only file that is flushed to the disk with each (<c>appendfsync always</c>).</summary>
    Always,
}
