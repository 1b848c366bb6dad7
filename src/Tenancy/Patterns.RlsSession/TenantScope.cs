namespace Patterns.RlsSession;

/// <summary>
/// Whom a transaction acts for. It is checked when it is used: what does not fit ends in an <see cref="ArgumentException"/> that names the property and its limit, and nothing is sent.
/// </summary>
/// <param name="TenantId">The tenant: 1 to 200 characters, none of them NUL. There is no value that means all tenants.</param>
/// <param name="UserId">The user inside the tenant, as <paramref name="TenantId"/>; <see langword="null"/> for none.</param>
/// <param name="Role">The database role that the statements run as: one of <see cref="RlsOptions.Roles"/>. <see langword="null"/> for <see cref="RlsOptions.Role"/>.</param>
/// <param name="ClaimsJson">
/// The claims of the user's token as a JSON object, up to 16,000 characters. Only with <see cref="RlsMode.SupabaseClaims"/>, where <see langword="null"/> stands for <c>sub</c> and <c>role</c> alone.
/// </param>
/// <param name="Settings">
/// Up to 8 further settings that hold for the transaction, such as <c>app.plan</c>: names of two or more lower-case parts with dots between them, of which none belongs to PostgreSQL or
/// to this package; values up to 4,000 characters.
/// </param>
public sealed record TenantScope(string TenantId, string? UserId = null, string? Role = null, string? ClaimsJson = null, IReadOnlyDictionary<string, string>? Settings = null);
