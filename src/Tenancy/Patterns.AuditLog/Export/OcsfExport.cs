using System.Text.Json;

namespace Patterns.AuditLog;

/// <summary>Open Cybersecurity Schema Framework 1.6 (schema.ocsf.io): type_uid is class_uid times 100 plus activity_id.</summary>
internal sealed class OcsfExport : ExportWriter
{
    private const int Authentication = 3002;
    private const int ApiActivity = 6003;
    private const int Other = 99;

    public override void Entry(StoredEntry entry) => JsonText.Line(Buffer, writer =>
    {
        var isAuthentication = entry.Action.StartsWith("auth.", StringComparison.Ordinal);
        var activity = isAuthentication ? AuthenticationActivity(entry.Action) : ApiActivityOf(entry.Action);
        Class(writer, isAuthentication ? Authentication : ApiActivity, activity, entry.OccurredAt);
        writer.WriteNumber("severity_id", entry.Outcome switch { AuditOutcome.Success => 1, AuditOutcome.Failure => 2, _ => 3 });
        writer.WriteNumber("status_id", entry.Outcome == AuditOutcome.Success ? 1 : 2);
        writer.WriteString("status", entry.Outcome == AuditOutcome.Success ? "Success" : "Failure");
        writer.WriteString("status_code", OutcomeText.Of(entry.Outcome));
        writer.Optional("status_detail", entry.Reason);
        Metadata(writer, entry);
        writer.WriteStartObject("actor");
        User(writer, entry.ActorType, entry.ActorId);
        writer.WriteEndObject();
        if (isAuthentication)
        {
            User(writer, entry.BehalfOfType ?? entry.ActorType, entry.BehalfOfId ?? entry.ActorId);
            writer.WriteStartObject("service");
            writer.WriteString("name", "application");
            writer.WriteEndObject();
        }
        else
        {
            Api(writer, entry);
        }

        writer.WriteStartObject("unmapped");
        writer.WriteString("retention_class", entry.RetentionClass);
        writer.Optional("trace_id", entry.TraceId);
        if (entry.BehalfOfType is not null)
            writer.WriteString("on_behalf_of", $"{entry.BehalfOfType}:{entry.BehalfOfId}");
        writer.Document("details", entry.Details);
        writer.WriteEndObject();
    });

    public override void Head(RunHead? head) => JsonText.Line(Buffer, writer =>
    {
        Class(writer, 0, Other, head?.SealedAt ?? DateTimeOffset.UnixEpoch);
        writer.WriteNumber("severity_id", 1);
        writer.WriteString("message", "The run head that covers these entries");
        Metadata(writer, entry: null);
        writer.WriteStartObject("unmapped");
        writer.Head(head);
        writer.WriteEndObject();
    });

    private static void Class(Utf8JsonWriter writer, int classId, int activity, DateTimeOffset at)
    {
        writer.WriteNumber("category_uid", classId / 1_000);
        writer.WriteNumber("class_uid", classId);
        writer.WriteNumber("activity_id", activity);
        writer.WriteNumber("type_uid", ((long)classId * 100) + activity);
        writer.WriteNumber("time", at.ToUnixTimeMilliseconds());
    }

    private static void Metadata(Utf8JsonWriter writer, StoredEntry? entry)
    {
        writer.WriteStartObject("metadata");
        writer.WriteString("version", "1.6.0");
        writer.WriteStartObject("product");
        writer.WriteString("name", "AuditLog");
        writer.WriteString("vendor_name", "Patterns");
        writer.WriteEndObject();
        if (entry is not null)
        {
            writer.WriteString("uid", entry.Id);
            writer.WriteString("tenant_uid", entry.TenantId);
            writer.WriteString("event_code", entry.Action);
            writer.Optional("correlation_uid", entry.RequestId);
        }

        writer.WriteEndObject();
    }

    private static void Api(Utf8JsonWriter writer, StoredEntry entry)
    {
        writer.WriteStartObject("api");
        writer.WriteString("operation", entry.Action);
        if (entry.RequestId is not null)
        {
            writer.WriteStartObject("request");
            writer.WriteString("uid", entry.RequestId);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();

        // The class demands one; where the caller was is personal data, which is not exported.
        writer.WriteStartObject("src_endpoint");
        writer.WriteString("name", "unknown");
        writer.WriteEndObject();
        if (entry.Targets.Count == 0)
            return;
        writer.WriteStartArray("resources");
        foreach (var target in EntryText.Targets(entry))
        {
            writer.WriteStartObject();
            writer.WriteString("type", target.Type);
            writer.WriteString("uid", target.Id);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void User(Utf8JsonWriter writer, string type, string id)
    {
        writer.WriteStartObject("user");
        writer.WriteString("uid", id);
        writer.WriteString("type", type);
        writer.WriteNumber("type_id", type switch { "user" => 1, "admin" => 2, "system" => 3, "service" or "api_key" => 4, _ => Other });
        writer.WriteEndObject();
    }

    private static int AuthenticationActivity(string action) => action switch
    {
        _ when action.StartsWith("auth.login.", StringComparison.Ordinal) => 1,
        AuditActions.Logout => 2,
        _ => Other,
    };

    // By the last word: create, read, update, delete.
    private static int ApiActivityOf(string action) => action[(action.LastIndexOf('.') + 1)..] switch
    {
        "created" or "create" or "added" or "add" or "granted" or "placed" => 1,
        "read" or "viewed" or "export" or "exported" or "listed" or "verified" or "proved" => 2,
        "updated" or "update" or "changed" or "set" or "enabled" or "disabled" or "redacted" => 3,
        "deleted" or "delete" or "removed" or "remove" or "revoked" or "released" => 4,
        _ => Other,
    };
}
