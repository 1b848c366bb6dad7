namespace Patterns.DevServers;

/// <summary>The user that server processes run as: this process's own, or, because PostgreSQL refuses root, <c>postgres</c> or <c>nobody</c>.</summary>
/// <param name="Name">The user's name; part of the cache's key.</param>
/// <param name="Id">The user's number.</param>
/// <param name="Group">The user's first group.</param>
/// <param name="Prefix">What comes before a command so that it runs as this user; empty when that is this process's own user.</param>
internal sealed record ServerUser(string Name, uint Id, uint Group, IReadOnlyList<string> Prefix)
{
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(5);
    private static readonly SemaphoreSlim Gate = new(1);
    private static ServerUser? _found;

    public static ServerUser Current { get; } = new(Environment.UserName, LibC.UserId, 0, []);

    /// <summary>Whether it is another user than this process's own.</summary>
    public bool IsOther => Prefix.Count > 0;

    /// <summary>Gives a file or directory that this process made to the user.</summary>
    public void Own(string path)
    {
        if (IsOther) LibC.ChangeOwner(path, Id, Group);
    }

    public static async Task<ServerUser> FindAsync(TimeProvider time)
    {
        if (!LibC.IsRoot) return Current;
        await Gate.WaitAsync().ConfigureAwait(false);
        try
        {
            return _found ??= await FindForRootAsync(time).ConfigureAwait(false);
        }
        finally
        {
            Gate.Release();
        }
    }

    private static async Task<ServerUser> FindForRootAsync(TimeProvider time)
    {
        var users = (from line in await File.ReadAllLinesAsync("/etc/passwd").ConfigureAwait(false)
                     let fields = line.Split(':')
                     where fields is ["postgres" or "nobody", _, _, _, ..]
                     orderby fields[0] == "postgres" ? 0 : 1
                     select (Name: fields[0], Id: ParseId(fields[2]), Group: ParseId(fields[3]))).ToList();
        foreach (var (name, id, group) in users)
        {
            // Each is tried, not only looked for: BusyBox's setpriv cannot change the user, and a container may forbid setgroups.
            string[][] ways =
            [
                ["setpriv", $"--reuid={id}", $"--regid={group}", "--clear-groups", "--"],
                ["runuser", "-u", name, "--"],
                ["su", "-s", "/bin/sh", "-c", "exec \"$@\"", "--", name, "sh"],
            ];
            foreach (var way in ways)
            {
                if (Executables.Find(way[0]) is not { } tool) continue;
                string[] prefix = [tool, .. way.AsSpan(1)];
                var (exitCode, output, _) = await Executables.RunAsync([.. prefix, "/bin/sh", "-c", "id -u"], ProbeLimit, time).ConfigureAwait(false);
                if (exitCode == 0 && output == id.ToString(System.Globalization.CultureInfo.InvariantCulture)) return new ServerUser(name, id, group, prefix);
            }
        }
        throw new InvalidOperationException(
            "This process runs as root, which PostgreSQL refuses, and no server can be started as another user: that needs a user 'postgres' or 'nobody' " +
            "and one of setpriv, runuser or su that may change to it. Run as a plain user, or point PATTERNS_POSTGRES at a server.");
    }

    private static uint ParseId(string text) => uint.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
