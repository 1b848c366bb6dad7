namespace Patterns.AuditLog;

internal sealed class JsonLinesExport : ExportWriter
{
    public override void Entry(StoredEntry entry) => JsonText.Line(Buffer, writer =>
    {
        writer.WriteString("id", entry.Id);
        writer.WriteString("tenantId", entry.TenantId);
        writer.WriteString("occurredAt", entry.OccurredAt);
        writer.WriteString("actorType", entry.ActorType);
        writer.WriteString("actorId", entry.ActorId);
        writer.Optional("onBehalfOfType", entry.BehalfOfType);
        writer.Optional("onBehalfOfId", entry.BehalfOfId);
        writer.WriteString("action", entry.Action);
        writer.WriteStartArray("targets");
        foreach (var target in entry.Targets)
            writer.WriteStringValue(target);
        writer.WriteEndArray();
        writer.WriteString("outcome", OutcomeText.Of(entry.Outcome));
        writer.Optional("reason", entry.Reason);
        writer.Optional("requestId", entry.RequestId);
        writer.Optional("traceId", entry.TraceId);
        writer.WriteString("retentionClass", entry.RetentionClass);
        writer.Document("details", entry.Details);
        writer.Document("personal", entry.Personal);
        if (entry.Redaction is { } redaction)
            writer.WriteString("redactedBy", redaction);
    });

    public override void Head(RunHead? head) => JsonText.Line(Buffer, writer => writer.Head(head));
}
