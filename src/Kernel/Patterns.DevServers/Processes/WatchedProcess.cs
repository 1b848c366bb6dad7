using System.Diagnostics;
using System.Globalization;

namespace Patterns.DevServers;

/// <summary>
/// A process below a small shell that reads a pipe held open by this process. When the pipe ends, because this process closed it or
/// because it died in whatever way, the shell ends the process and removes its directories.
/// </summary>
internal sealed class WatchedProcess : IAsyncDisposable
{
    /// <summary>The first lines of every script that is run: it works in its directory, tells its number, and writes everything to the log.</summary>
    public const string Preamble =
        """
        cd "$1" && echo $$ >pid && echo $$ && exec >&2 || exit 1
        shift
        umask 077

        """;

    // Linux's PR_SET_PDEATHSIG cannot do this: it fires when the thread ends that started the process, and changing the user clears it.
    // The shell and the server are in a session of their own (setsid), so that Ctrl-C in the terminal reaches only this process, which may still need its server.
    private const string Watcher =
        """
        main=$1 other=$2 container=$3
        shift 3
        "$@" </dev/null &
        job=$!
        trap '' INT QUIT TERM HUP
        exec >/dev/null 2>&1
        if read -r released; then wait "$job"; exit 0; fi

        processes() {
          [ -d /proc/self ] || { kill -0 "$server" && echo "$server"; }
          for p in /proc/[0-9]*; do
            if [ "$p/cwd" -ef "$main" ] || [ "$p/cwd" -ef "$main/data" ]; then echo "${p#/proc/}"; fi
          done
        }
        read -r server <"$main/pid"
        if [ -e "$main/data/postmaster.pid" ]; then
          kill -CONT $(processes)
          tries=100
          while all=$(processes); [ -n "$all" ] && [ $tries -gt 0 ]; do
            for p in $all; do [ "$p" = "$server" ] && kill -INT "$p"; done
            tries=$((tries - 1)); sleep 0.05
          done
        else
          kill -KILL "$job"
        fi
        while all=$(processes); [ -n "$all" ]; do kill -KILL $all; sleep 0.01; done
        set -- $(sed -n 7p "$main/data/postmaster.pid")
        [ -z "$2" ] || ipcrm -m "$2"
        [ -z "$container" ] || docker rm -f -v "$container"
        rm -rf "$main"
        [ -z "$other" ] || rm -rf "$other"
        wait
        """;

    private readonly Process _watcher;
    private readonly OwnedDirectory _directory;
    private readonly OwnedDirectory? _other;

    private WatchedProcess(Process watcher, OwnedDirectory directory, OwnedDirectory? other)
    {
        (_watcher, _directory, _other) = (watcher, directory, other);
        Ended = ReadLogAsync();
    }

    /// <summary>Completes when no process of the server is left: each holds the other end of the log.</summary>
    public Task Ended { get; }

    public LogTail Log { get; } = new();

    /// <summary>The number of the process; 0 when it ended before it could tell.</summary>
    public int Id { get; private set; }

    /// <summary>Starts a shell script in a directory, as a user.</summary>
    public static async Task<WatchedProcess> StartAsync(
        ServerUser user, OwnedDirectory directory, OwnedDirectory? other, string script, IEnumerable<string> arguments,
        IEnumerable<KeyValuePair<string, string>>? environment = null, string container = "")
    {
        string[] command =
        [
            .. Executables.Find("setsid") is { } setsid ? [setsid] : Array.Empty<string>(),
            "/bin/sh", "-c", Watcher, "watcher", directory.FullPath, other?.FullPath ?? "", container,
            .. user.Prefix, "/bin/sh", "-c", Preamble + script, "server", directory.FullPath, .. arguments,
        ];
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        foreach (var variable in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList()) start.Environment.Remove(variable);
        start.Environment["PATH"] = string.Join(':', Executables.PathWithSystem); // for the scripts' own commands
        start.Environment["LC_ALL"] = "C"; // some messages are recognised by their text
        foreach (var (name, value) in environment ?? []) start.Environment[name] = value;

        var process = new WatchedProcess(Process.Start(start)!, directory, other);
        // The watcher closes its own end of this stream; end of file without a number means that the script did not even begin.
        if (await process._watcher.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line
            && int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            process.Id = id;
        return process;
    }

    /// <summary>Lets the watcher go without clearing up: the directory passes to another one, or is kept.</summary>
    public Task ReleaseAsync() => EndAsync(released: true);

    /// <summary>Ends the process, removes its directories, and waits for both.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync(released: false).ConfigureAwait(false);
        // The watcher may have been killed: then this process does its work.
        OwnedDirectory.Remove(_directory.FullPath);
        if (_other is not null) OwnedDirectory.Remove(_other.FullPath);
    }

    private async Task EndAsync(bool released)
    {
        try
        {
            if (released) await _watcher.StandardInput.WriteLineAsync("released").ConfigureAwait(false);
            _watcher.StandardInput.Close();
        }
        catch (IOException)
        {
            // The watcher was killed: there is nobody to tell.
        }
        await _watcher.WaitForExitAsync().ConfigureAwait(false);
        _watcher.Dispose();
    }

    private async Task ReadLogAsync()
    {
        while (await _watcher.StandardError.ReadLineAsync().ConfigureAwait(false) is { } line) Log.Add(line);
    }
}
