using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Options;

namespace Patterns.AuditLog;

/// <summary>Makes of what a caller gives what is stored: checked, cleaned of secrets, masked, salted and hashed.</summary>
internal sealed class EntryIntake(IOptions<AuditLogOptions> options, TimeProvider time)
{
    public const int MaxDocument = 32_768;
    public const int MaxTargets = 16;
    private static readonly TimeSpan Ahead = TimeSpan.FromHours(24);

    // Twice as much as a clock may be wrong by, before the month of such an entry may be dropped.
    private static readonly TimeSpan BeforeDrop = TimeSpan.FromDays(1);

    private static readonly long LastMillisecond = DateTimeOffset.MaxValue.AddDays(-2).ToUnixTimeMilliseconds();

    [ThreadStatic]
    private static HashInput? _input;

    private readonly JsonCleaning _cleaning = new(options.Value.DeniedKeys, options.Value.Masking);

    public IntakeEntry Take(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var details = Document(entry.Details, nameof(entry.Details));
        var personal = Document(entry.Personal, nameof(entry.Personal));
        var detailsSalt = details is null ? null : Commitment.Salt();
        var personalSalt = personal is null ? null : Commitment.Salt();
        Actor(entry.Actor, nameof(entry.Actor));
        if (entry.OnBehalfOf is { } behalf)
            Actor(behalf, nameof(entry.OnBehalfOf));
        AuditText.CheckOptional(entry.Reason, nameof(entry.Reason), 500);
        AuditText.CheckOptional(entry.RequestId, nameof(entry.RequestId), 200);
        AuditText.CheckOptional(entry.TraceId, nameof(entry.TraceId), 64);
        if (!Enum.IsDefined(entry.Outcome))
            throw new ArgumentException($"Outcome is {entry.Outcome}; it takes Success, Failure or Denied.", nameof(entry));

        var stored = new StoredEntry
        {
            TenantId = AuditText.Check(entry.TenantId, nameof(entry.TenantId), 200),
            Id = entry.Id,
            OccurredAt = OccurredAt(entry),
            RetentionClass = entry.RetentionClass,
            ActorType = entry.Actor.Type,
            ActorId = entry.Actor.Id,
            BehalfOfType = entry.OnBehalfOf?.Type,
            BehalfOfId = entry.OnBehalfOf?.Id,
            Action = AuditText.Check(entry.Action, nameof(entry.Action), 100, noControl: true),
            Targets = Targets(entry.Targets),
            Outcome = entry.Outcome,
            Reason = entry.Reason,
            RequestId = entry.RequestId,
            TraceId = entry.TraceId ?? Activity.Current?.TraceId.ToHexString(),
            Details = details,
            DetailsSalt = detailsSalt,
            Personal = personal,
            PersonalSalt = personalSalt,
            PersonalCommitment = Commitment.Of(personalSalt, personal),
        };
        return new(stored, AuditHash.LeafOf(stored, _input ??= new()));
    }

    public static void Actor(AuditActor? actor, string name)
    {
        if (actor is null)
            throw new ArgumentException($"{name} is missing.", name);
        AuditText.Check(actor.Type, name + ".Type", 50, noControl: true, noColon: true);
        // As a target's: a redaction names the actor as its target.
        AuditText.Check(actor.Id, name + ".Id", 200, noControl: true);
    }

    private static string[] Targets(IReadOnlyList<AuditTarget> targets)
    {
        if (targets is null || targets.Count == 0)
            return [];
        if (targets.Count > MaxTargets)
            throw new ArgumentException($"Targets has {targets.Count} targets; it takes up to {MaxTargets}.", nameof(targets));

        var texts = new string[targets.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            if (targets[i] is not { } target)
                throw new ArgumentException($"Targets[{i}] is null.", nameof(targets));
            AuditText.Check(target.Type, $"Targets[{i}].Type", 50, noControl: true, noColon: true);
            AuditText.Check(target.Id, $"Targets[{i}].Id", 200, noControl: true);
            texts[i] = $"{target.Type}:{target.Id}";
        }

        return texts;
    }

    /// <summary>In microseconds, which is as fine as PostgreSQL keeps it. Without a time of its own an entry has that of its id, so that the same entry sent again is the same row.</summary>
    private DateTimeOffset OccurredAt(AuditEntry entry)
    {
        if (entry.RetentionClass is null || !options.Value.Retention.TryGetValue(entry.RetentionClass, out var keep))
        {
            throw new ArgumentException(
                $"RetentionClass is '{entry.RetentionClass}'; it takes one of AuditLogOptions.Retention, which has {string.Join(", ", options.Value.Retention.Keys.Order(StringComparer.Ordinal))}.", nameof(entry));
        }

        if (entry.OccurredAt is null && entry.Id.Version != 7)
            throw new ArgumentException($"Id is {entry.Id}, which is no UUIDv7 and so holds no time. Set OccurredAt, or leave Id to its default.", nameof(entry));
        var at = (entry.OccurredAt ?? TimeOf(entry.Id)).ToUniversalTime();
        at = at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMicrosecond));
        var now = time.GetUtcNow();
        if (at > now + Ahead)
            throw new ArgumentException($"OccurredAt is {at:O}, more than 24 hours ahead of this machine's clock, which is at {now:O}. Is a clock wrong?", nameof(entry));
        var oldest = now - keep + BeforeDrop;
        if (at < oldest)
            throw new ArgumentException($"OccurredAt is {at:O}; entries of class '{entry.RetentionClass}', which is kept for {keep.TotalDays:0.#} days, are taken back to {oldest:O}.", nameof(entry));
        return at;
    }

    /// <summary>The milliseconds since 1970 in the first 48 bits (RFC 9562, section 5.7).</summary>
    public static DateTimeOffset TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var milliseconds = ((long)System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes) & 0xFFFFFFFF) << 16 | System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        // 48 bits reach beyond the year 9999.
        return DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Min(milliseconds, LastMillisecond));
    }

    private string? Document(string? json, string name)
    {
        if (json is null)
            return null;
        var length = Encoding.UTF8.GetByteCount(json);
        if (length > MaxDocument)
            throw new ArgumentException($"{name} has {length} bytes of UTF-8; it takes up to {MaxDocument}.", name);
        AuditText.CheckCharacters(json, name);
        return _cleaning.Clean(json, name);
    }
}
