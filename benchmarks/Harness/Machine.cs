using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Harness;

/// <summary>The machine and the versions that figures are of, in one line.</summary>
internal static class Machine
{
    public static string Describe() => string.Join("; ", new[]
    {
        $"{Processor()}, {Environment.ProcessorCount} logical cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1L << 30)} GiB",
        OperatingSystemName(),
        RuntimeInformation.FrameworkDescription,
        Version("node", "--version") is { } node ? "Node " + node.TrimStart('v') : null,
    }.OfType<string>());

    private static string Processor() =>
        Field("/proc/cpuinfo", "model name", ':') ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static string OperatingSystemName() =>
        Field("/etc/os-release", "PRETTY_NAME", '=')?.Trim('"') ?? RuntimeInformation.OSDescription;

    private static string? Field(string file, string name, char separator) => File.Exists(file)
        ? File.ReadLines(file).Where(line => line.StartsWith(name, StringComparison.Ordinal)).Select(line => line[(line.IndexOf(separator, StringComparison.Ordinal) + 1)..].Trim()).FirstOrDefault()
        : null;

    private static string? Version(string program, string argument)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, argument) { RedirectStandardOutput = true, UseShellExecute = false })!;
            return process.StandardOutput.ReadLine();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // The program is not installed: then no figure is of it.
            return null;
        }
    }
}
