namespace Kernel.Tests.Servers;

/// <summary>A directory for one test, which every user may use, as servers do not run as root.</summary>
internal sealed class ScratchDirectory : IDisposable
{
    private const UnixFileMode Everybody = (UnixFileMode)0x1FF; // rwx for all

    public ScratchDirectory(string? name = null)
    {
        var root = System.IO.Directory.CreateTempSubdirectory("devservers-tests-").FullName;
        Root = root;
        FullPath = name is null ? root : Path.Combine(root, name);
        System.IO.Directory.CreateDirectory(FullPath);
        for (var path = FullPath; path.StartsWith(root, StringComparison.Ordinal); path = Path.GetDirectoryName(path)!) File.SetUnixFileMode(path, Everybody);
    }

    public string FullPath { get; }

    private string Root { get; }

    /// <summary>Writes an executable shell script.</summary>
    public string Script(string name, string text)
    {
        var path = Path.Combine(FullPath, name);
        File.WriteAllText(path, "#!/bin/sh\n" + text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        return path;
    }

    public void Dispose() => System.IO.Directory.Delete(Root, recursive: true);
}
