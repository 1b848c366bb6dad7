namespace Patterns.RlsSession;

/// <summary>The scope of the present flow of control: it follows <see langword="await"/>, and two requests never see each other's. Thread-safe.</summary>
public interface ITenantAccessor
{
    /// <summary>The scope that was entered last and is not left yet; <see langword="null"/> for none, and then nothing that needs a tenant runs.</summary>
    TenantScope? Current { get; }

    /// <summary>Makes <paramref name="scope"/> the current one, for this flow and those that it starts from now on.</summary>
    /// <param name="scope">The scope.</param>
    /// <returns>Disposing it brings the scope back that was current before.</returns>
    /// <exception cref="ArgumentException">The tenant or user is malformed.</exception>
    IDisposable Enter(TenantScope scope);
}
