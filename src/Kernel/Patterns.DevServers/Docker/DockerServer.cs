using System.Globalization;

namespace Patterns.DevServers;

/// <summary>A server in a container. The process that is watched is <c>docker run</c>, which shows the container's log and ends with it.</summary>
internal sealed class DockerServer(Docker docker, DockerContainer container, OwnedDirectory directory, int port, ServerOptions options)
    : StartedServer(container.Name + " in Docker", directory, null, options)
{
    private string ContainerName => Directory.Name;

    protected override Task<WatchedProcess> StartProcessAsync(bool again)
    {
        string[] command = again
            ? ["start", "--attach", ContainerName]
            :
            [
                "run", "--name", ContainerName, "--label", Docker.LabelOf(Directory.FullPath),
                "--publish", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}:{container.ContainerPort}"),
                // Only the names: the values come from the environment of the command, which other users cannot read.
                .. container.Environment.Keys.SelectMany(name => new[] { "--env", name }),
                container.Image, .. container.Command,
            ];
        return WatchedProcess.StartAsync(ServerUser.Current, Directory, null, "exec \"$@\"", [docker.Program, .. command], container.Environment, ContainerName);
    }

    protected override ValueTask<bool> AnswersAsync(CancellationToken ct) => container.AnswersAsync(port, ct);

    protected override async Task SignalAsync(ServerSignal signal)
    {
        string[] command = signal switch
        {
            ServerSignal.Kill => ["kill", ContainerName],
            ServerSignal.Pause => ["pause", ContainerName],
            ServerSignal.Resume => ["unpause", ContainerName],
            ServerSignal.Fast => ["kill", "--signal", container.FastSignal, ContainerName],
            _ => ["kill", "--signal", container.ImmediateSignal, ContainerName],
        };
        if (!await docker.TryAsync(command, Options.TimeProvider).ConfigureAwait(false) && Runs)
            throw new InvalidOperationException($"Docker refused: docker {string.Join(' ', command)}");
    }
}
