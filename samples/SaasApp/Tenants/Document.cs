namespace SaasApp;

/// <summary>What a tenant has written.</summary>
internal sealed record Document(Guid Id, string Title, string Body, string WrittenBy, DateTimeOffset WrittenAt);
