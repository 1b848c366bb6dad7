using System.Runtime.Versioning;

namespace Patterns.DevServers;

/// <summary>A Docker whose engine answers.</summary>
/// <param name="Program">The path of its command line.</param>
internal sealed record Docker(string Program)
{
    // The label of every container: which directory, on which machine, belongs to the process that started it.
    private const string Label = "patterns.devservers.owner";
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PullLimit = TimeSpan.FromMinutes(10);

    public static async Task<Docker?> FindAsync(TimeProvider time)
    {
        if (Executables.FindIn(Executables.Path, "docker") is not { } program) return null;
        var (exitCode, _, _) = await Executables.RunAsync([program, "version", "--format", "{{.Server.Version}}"], AnswerLimit, time).ConfigureAwait(false);
        return exitCode == 0 ? new Docker(program) : null;
    }

    [UnsupportedOSPlatform("windows")]
    public async Task<DockerServer> StartAsync(DockerContainer container, ServerOptions options)
    {
        var time = options.TimeProvider;
        await RemoveAbandonedAsync(time).ConfigureAwait(false);
        if (!await TryAsync(["image", "inspect", container.Image], CommandLimit, time).ConfigureAwait(false))
        {
            var (exitCode, _, errors) = await Executables.RunAsync([Program, "pull", "--quiet", container.Image], PullLimit, time).ConfigureAwait(false);
            if (exitCode != 0) throw new ServerStartException($"Docker could not get the image '{container.Image}': {errors}");
        }
        return await LocalStart.StartAsync(
            "docker", ServerUser.Current, options, (directory, _, port) => new DockerServer(this, container, directory, port, options), static () => Task.FromResult(false)).ConfigureAwait(false);
    }

    public static string LabelOf(string directory) => $"{Label}={Environment.MachineName}:{directory}";

    public Task<bool> TryAsync(IReadOnlyList<string> arguments, TimeProvider time) => TryAsync(arguments, CommandLimit, time);

    private async Task<bool> TryAsync(IReadOnlyList<string> arguments, TimeSpan limit, TimeProvider time) =>
        (await Executables.RunAsync([Program, .. arguments], limit, time).ConfigureAwait(false)).ExitCode == 0;

    /// <summary>Removes the containers whose directory is gone: their process is dead, and so is the watcher that should have removed them.</summary>
    private async Task RemoveAbandonedAsync(TimeProvider time)
    {
        var (_, output, _) = await Executables.RunAsync(
            [Program, "ps", "--all", "--filter", $"label={Label}", "--format", $"{{{{.Names}}}} {{{{.Label \"{Label}\"}}}}"], CommandLimit, time).ConfigureAwait(false);
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(' ', 2) is not [var name, var owner] || owner.Split(':', 2) is not [var machine, var directory]) continue;
            if (machine == Environment.MachineName && !Directory.Exists(directory)) await TryAsync(["rm", "--force", "--volumes", name], time).ConfigureAwait(false);
        }
    }
}
