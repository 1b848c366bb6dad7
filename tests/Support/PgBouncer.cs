using System.Diagnostics;
using Npgsql;
using Xunit;

namespace Support;

/// <summary>
/// PgBouncer in transaction mode with four server connections, in front of the tests' server, for tests that must hold behind a pooler:
/// <c>IClassFixture&lt;PgBouncer&gt;</c>. A test that holds more than three transactions open at once waits there for ever.
/// </summary>
public sealed class PgBouncer(PostgresServer server) : IAsyncLifetime
{
    // The shell ends the pooler when its input ends, which is when this process disposes it or dies in whatever way.
    private const string UntilInputEnds = "\"$0\" \"$1\" & pooler=$!; cat >/dev/null; kill \"$pooler\"; wait \"$pooler\"";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("patterns-pgbouncer-");
    private Process? _process;

    /// <summary>Whom all clients become on the server, with a password where the server asks for one. Null for the tests' own user, whom no policy binds.</summary>
    public (string Name, string Password)? User { get; init; }

    /// <summary>The server connections of each database.</summary>
    public int PoolSize { get; init; } = 4;

    /// <summary>The connection string for the same database through the pooler.</summary>
    public string Through(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        Host = _directory.FullName,
        Port = 6432,
        NoResetOnClose = true,
    }.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        var target = new NpgsqlConnectionStringBuilder(server.Server.ConnectionString());
        var (user, password) = User is { } own ? (own.Name, own.Password) : (target.Username, target.Password);
        var configuration = Path.Combine(_directory.FullName, "pgbouncer.ini");
        await File.WriteAllTextAsync(
            configuration,
            $"""
             [databases]
             * = host={target.Host} port={target.Port} user={user} {(password is null ? "" : $"password={password}")}

             [pgbouncer]
             listen_addr =
             listen_port = 6432
             unix_socket_dir = {_directory.FullName}
             auth_type = any
             pool_mode = transaction
             default_pool_size = {PoolSize}
             max_client_conn = 1000
             ignore_startup_parameters = extra_float_digits
             """);

        string[] command = ["/bin/sh", "-c", UntilInputEnds, File.Exists("/usr/sbin/pgbouncer") ? "/usr/sbin/pgbouncer" : "pgbouncer", configuration];
        if (Environment.IsPrivilegedProcess)
        {
            // PgBouncer refuses root; the server's own user may also use its socket.
            var account = File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";
            await RunAsync("chown", "-R", account, _directory.FullName);
            command = ["setpriv", $"--reuid={account}", "--init-groups", $"--regid={account}", "--", .. command];
        }

        _process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true })!;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        await Eventually.HoldsAsync("PgBouncer answers", AnswersAsync);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _directory.Delete(recursive: true);
    }

    private static async Task RunAsync(params string[] command)
    {
        using var process = Process.Start(command[0], command.Skip(1));
        await process.WaitForExitAsync();
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection(Through(server.Server.ConnectionString()));
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException) when (_process is { HasExited: false })
        {
            return false;
        }
    }
}
