using System.Diagnostics;

namespace SaasApp;

/// <summary>
/// Places in the handling of a delivery where a process can be told to die. Only a process that was started to die (<c>--doomed</c>) listens; in every
/// other one this does nothing.
/// </summary>
internal sealed class CrashPoints(bool enabled)
{
    public const string Header = "X-Crash-Point";
    public const string BeforeCommit = "before-commit";
    public const string AfterCommit = "after-commit";

    /// <summary>Kills this process with SIGKILL if the request asks for it: no handler runs, no buffer is flushed, no transaction ends in good order.</summary>
    public void Reach(string point, HttpRequest request)
    {
        if (enabled && request.Headers[Header] == point)
        {
            using var process = Process.GetCurrentProcess();
            process.Kill();
        }
    }
}
