namespace Patterns.DevServers;

/// <summary>A server that runs from programs of this machine, in a directory of its own.</summary>
internal abstract class LocalServer(string name, OwnedDirectory directory, OwnedDirectory? other, ServerOptions options)
    : StartedServer(name, directory, other, options)
{
    protected abstract int FastSignal { get; }

    protected abstract int ImmediateSignal { get; }

    protected override Task SignalAsync(ServerSignal signal)
    {
        var path = Directory.FullPath;
        switch (signal)
        {
            case ServerSignal.Kill: ServerProcesses.Kill(path); break;
            case ServerSignal.Pause: ServerProcesses.Pause(path); break;
            case ServerSignal.Resume: ServerProcesses.Resume(path); break;
            case ServerSignal.Fast: LibC.Signal(Process.Id, FastSignal); break;
            case ServerSignal.Immediate: LibC.Signal(Process.Id, ImmediateSignal); break;
        }
        // Without /proc only the main process is known; PostgreSQL's others end when they notice its death.
        if (!OperatingSystem.IsLinux() && signal is ServerSignal.Kill or ServerSignal.Pause or ServerSignal.Resume)
            LibC.Signal(Process.Id, signal switch { ServerSignal.Kill => LibC.SigKill, ServerSignal.Pause => LibC.SigStop, _ => LibC.SigCont });
        return Task.CompletedTask;
    }
}
