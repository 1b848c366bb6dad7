using Patterns.Shared;

namespace Patterns.LlmCost;

/// <summary>Says on whose account the calls within it are booked. It flows with async code, nests, and ends when it is disposed.</summary>
public sealed class LlmCostScope : IDisposable
{
    private static readonly AsyncLocal<LlmCostScope?> Innermost = new();

    private readonly LlmCostScope? _outer;

    private LlmCostScope(string tenantId, string? feature, string? userId, Guid? runId)
    {
        _outer = Innermost.Value;
        var same = _outer?.TenantId == tenantId ? _outer : null;
        (TenantId, Feature, UserId, RunId) = (tenantId, feature ?? same?.Feature, userId ?? same?.UserId, runId ?? same?.RunId);
    }

    /// <summary>The innermost scope that is open; null outside of all.</summary>
    public static LlmCostScope? Current => Innermost.Value;

    /// <summary>The customer.</summary>
    public string TenantId { get; }

    /// <summary>The feature of the product; null when none is named.</summary>
    public string? Feature { get; }

    /// <summary>The user; null when none is named.</summary>
    public string? UserId { get; }

    /// <summary>The run; null when none is named.</summary>
    public Guid? RunId { get; }

    /// <summary>Opens a scope. What is left null is that of the scope around it when that one is of the same tenant.</summary>
    /// <param name="tenantId">The customer: 1 to 200 characters without control characters.</param>
    /// <param name="feature">The feature of the product that the calls are for: at most 100 characters.</param>
    /// <param name="userId">The user whom they are for: at most 200 characters; empty is nobody.</param>
    /// <param name="runId">The run that they belong to.</param>
    /// <returns>The scope; dispose it to end it.</returns>
    /// <exception cref="ArgumentException">A value is outside its limits; the message names it.</exception>
    public static LlmCostScope Begin(string tenantId, string? feature = null, string? userId = null, Guid? runId = null)
    {
        PlainText.Check(tenantId, nameof(tenantId), CallAttribution.MaxTenant);
        PlainText.CheckOptional(feature, nameof(feature), CallAttribution.MaxFeature, min: 0);
        PlainText.CheckOptional(userId, nameof(userId), CallAttribution.MaxUser, min: 0);
        var scope = new LlmCostScope(tenantId, feature, userId, runId);
        Innermost.Value = scope;
        return scope;
    }

    /// <summary>Ends the scope: the one around it holds again. One that is not the innermost leaves those within it open.</summary>
    public void Dispose()
    {
        if (Innermost.Value == this)
            Innermost.Value = _outer;
    }
}
