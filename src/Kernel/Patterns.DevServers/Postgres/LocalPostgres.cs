using System.Globalization;

namespace Patterns.DevServers;

/// <summary>A PostgreSQL from programs of this machine.</summary>
internal sealed class LocalPostgres(
    PostgresBinaries binaries, ServerUser user, OwnedDirectory directory, OwnedDirectory? socket, string? cached, int port, DevPostgresOptions options)
    : LocalServer("PostgreSQL", directory, socket, options)
{
    public const string DataName = "data";

    private const string StartScript =
        """
        bin=$1 cached=$2 settings=$3
        shift 3
        if [ -n "$cached" ] && [ -O "$cached" ]; then
          mkdir -m 700 data
          cp -Rp --reflink=auto "$cached/." data 2>/dev/null || cp -Rp "$cached/." data || exit 1
        else
          "$bin/initdb" -D data "$@" >/dev/null || exit 1
        fi
        printf '%s\n' "$settings" >>data/postgresql.conf || exit 1
        exec "$bin/postgres" -D data
        """;

    // The numbers of dead processes that a killed server leaves would be believed when they have been given to others meanwhile.
    private const string RestartScript =
        """
        rm -f data/postmaster.pid "$2"/.s.PGSQL.*
        exec "$1/postgres" -D data
        """;

    public string SocketDirectory => (Other ?? Directory).FullPath;

    public int Port => port;

    protected override int FastSignal => LibC.SigInt;

    protected override int ImmediateSignal => LibC.SigQuit;

    protected override Task<WatchedProcess> StartProcessAsync(bool again) => again
        ? WatchedProcess.StartAsync(user, Directory, Other, RestartScript, [binaries.Directory, SocketDirectory])
        : WatchedProcess.StartAsync(
            user, Directory, Other, StartScript,
            [binaries.Directory, cached ?? "", PostgresSettings.File(options, SocketDirectory, port), .. PostgresSettings.InitArguments(options)]);

    /// <summary>The server writes its state into line 8 of postmaster.pid, which is what pg_ctl waits for, too.</summary>
    protected override async ValueTask<bool> AnswersAsync(CancellationToken ct)
    {
        try
        {
            var lines = await File.ReadAllLinesAsync(Path.Combine(Directory.FullPath, DataName, "postmaster.pid"), ct).ConfigureAwait(false);
            return lines.Length > 7 && lines[0] == Process.Id.ToString(CultureInfo.InvariantCulture) && lines[7].StartsWith("ready", StringComparison.Ordinal);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }
}
