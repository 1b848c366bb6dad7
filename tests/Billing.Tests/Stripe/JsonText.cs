using System.Text.Json;
using System.Text.Json.Serialization;

namespace Billing.Tests.Stripe;

/// <summary>Reads what has no record, as an application would.</summary>
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class JsonText : JsonSerializerContext;
