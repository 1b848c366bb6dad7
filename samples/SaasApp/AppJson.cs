using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;

namespace SaasApp;

/// <summary>Everything that the application writes and reads as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(List<Payment>))]
[JsonSerializable(typeof(WebhooksView))]
[JsonSerializable(typeof(WebhookAnswer))]
[JsonSerializable(typeof(IReadOnlyList<Scenario>))]
[JsonSerializable(typeof(ScenarioReport))]
[JsonSerializable(typeof(StripeSender.OutcomeOnly))]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class AppJson : JsonSerializerContext;
