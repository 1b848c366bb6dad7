using System.Globalization;

namespace Patterns.DevServers;

/// <summary>What the options of both servers have in common.</summary>
public abstract class ServerOptions
{
    private protected ServerOptions()
    {
    }

    /// <summary>The directory with the server's programs; null (the default) looks for them.</summary>
    public string? BinDirectory { get; set; }

    /// <summary>The image that Docker runs, even if there are programs on this machine. Null (the default) asks Docker only when there are none.</summary>
    public string? DockerImage { get; set; }

    /// <summary>Where the server's directory is made. Null (the default): <c>/dev/shm</c> with at least 2 GiB free, unless the data must be on a disk; else the temporary directory.</summary>
    public string? Directory { get; set; }

    /// <summary>Settings of the server's configuration file, which are added to its own or replace them, such as <c>["max_connections"] = "500"</c>.</summary>
    public IDictionary<string, string> Settings { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a start with equal options in this process returns the same server (the default). A test that kills its server wants one of its own.</summary>
    public bool Shared { get; set; } = true;

    /// <summary>Keeps the directory of a server that did not start; the exception says where it is. Off by default.</summary>
    public bool KeepOnFailure { get; set; }

    /// <summary>How long the server may take to start; 60 seconds by default. Getting an image for Docker does not count.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The clock of timeouts and ages; the system's by default.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Equal for options that may share a server.</summary>
    internal virtual IEnumerable<string> Key =>
    [
        BinDirectory ?? "", DockerImage ?? "", Directory ?? "", KeepOnFailure.ToString(), StartTimeout.ToString("c", CultureInfo.InvariantCulture),
        .. Settings.OrderBy(setting => setting.Key, StringComparer.OrdinalIgnoreCase).Select(setting => $"{setting.Key.ToUpperInvariant()}={setting.Value}"),
    ];

    /// <summary>Whether the server's data must be on a disk.</summary>
    internal abstract bool NeedsDisk { get; }

    internal virtual void Validate()
    {
        if (StartTimeout <= TimeSpan.Zero) throw Invalid(nameof(StartTimeout), $"is {StartTimeout}; it must be longer than nothing.");
        if (BinDirectory is not null && DockerImage is not null) throw Invalid(nameof(DockerImage), "is set, and so is BinDirectory; a server comes from one of them.");
        foreach (var (name, value) in Settings)
        {
            if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-'))
                throw Invalid(nameof(Settings), $"has '{name}', which is not the name of a setting (letters, digits, '_', '-' and '.').");
            if (value.AsSpan().ContainsAny('\n', '\r', '\0')) throw Invalid(nameof(Settings), $"has a line break or a NUL in the value of '{name}'.");
        }
    }

    private protected void Refuse(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Settings.ContainsKey(name)) throw Invalid(nameof(Settings), $"has '{name}', which belongs to the server's place, log or access; DevServers decides about it.");
        }
    }

    private static ArgumentException Invalid(string option, string what) => new($"{option} {what}", option);
}
