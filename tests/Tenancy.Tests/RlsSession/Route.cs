namespace Tenancy.Tests.RlsSession;

/// <summary>How a test reaches its database: as the owner of everything, and how the application's connections go.</summary>
/// <param name="Admin">The connection string of a superuser.</param>
/// <param name="Login">The application's login role, which is there already; null to make one.</param>
/// <param name="Through">Where the application connects instead, such as through a pooler.</param>
public sealed record Route(string Admin, (string Name, string Password)? Login = null, Func<string, string>? Through = null);
