namespace Patterns.DevServers;

/// <summary>What is run in a container, and how one talks to it.</summary>
/// <param name="Name">The server's name in prose.</param>
/// <param name="Image">The image.</param>
/// <param name="ContainerPort">The port inside the container.</param>
/// <param name="Environment">The container's variables.</param>
/// <param name="Command">The command, or arguments to the image's own.</param>
/// <param name="FastSignal">The signal of an orderly stop.</param>
/// <param name="ImmediateSignal">The signal of a stop without the orderly part.</param>
/// <param name="AnswersAsync">Whether the server answers on a port of 127.0.0.1.</param>
internal sealed record DockerContainer(
    string Name, string Image, int ContainerPort, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Command, string FastSignal, string ImmediateSignal,
    Func<int, CancellationToken, ValueTask<bool>> AnswersAsync);
