namespace SaasApp;

/// <summary>A try to read or write another tenant's rows, and what the database answered.</summary>
/// <param name="Title">What was tried.</param>
/// <param name="Statements">What was sent.</param>
/// <param name="Answer">What came back.</param>
/// <param name="IsRight">Whether that is what must come back.</param>
internal sealed record Attempt(string Title, string Statements, string Answer, bool IsRight);
