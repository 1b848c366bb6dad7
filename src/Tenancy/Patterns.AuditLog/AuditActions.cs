namespace Patterns.AuditLog;

/// <summary>Names of common actions, so that the same thing is called the same everywhere. Your own are as good: <c>area.object.verb</c>, in lower case.</summary>
public static class AuditActions
{
    /// <summary>Somebody logged in.</summary>
    public const string LoginSuccess = "auth.login.success";

    /// <summary>A login was tried and failed.</summary>
    public const string LoginFailure = "auth.login.failure";

    /// <summary>Somebody logged out.</summary>
    public const string Logout = "auth.session.logout";

    /// <summary>A password was changed.</summary>
    public const string PasswordChanged = "auth.password.changed";

    /// <summary>A second factor was turned on.</summary>
    public const string MfaEnabled = "auth.mfa.enabled";

    /// <summary>A second factor was turned off.</summary>
    public const string MfaDisabled = "auth.mfa.disabled";

    /// <summary>Support began to act as a user.</summary>
    public const string ImpersonationStarted = "auth.impersonation.started";

    /// <summary>Access was denied; <c>UseAuditDenied</c> writes it.</summary>
    public const string AccessDenied = "authz.access_denied";

    /// <summary>A role was given.</summary>
    public const string RoleGranted = "authz.role.granted";

    /// <summary>A role was taken away.</summary>
    public const string RoleRevoked = "authz.role.revoked";

    /// <summary>A person was made a member.</summary>
    public const string MemberAdded = "tenant.member.added";

    /// <summary>A person is no member any more.</summary>
    public const string MemberRemoved = "tenant.member.removed";

    /// <summary>Settings of a tenant were changed.</summary>
    public const string SettingsChanged = "tenant.settings.changed";

    /// <summary>An API key was made.</summary>
    public const string ApiKeyCreated = "api_key.key.created";

    /// <summary>An API key was revoked.</summary>
    public const string ApiKeyRevoked = "api_key.key.revoked";

    /// <summary>Data left the system.</summary>
    public const string DataExport = "data.export";

    /// <summary>Data was deleted.</summary>
    public const string DataDeleted = "data.record.deleted";

    /// <summary>Health data was read: HIPAA counts reads.</summary>
    public const string PhiRead = "phi.record.read";

    /// <summary>A subscription was changed.</summary>
    public const string SubscriptionChanged = "billing.subscription.changed";

    /// <summary>The audit log was read; <see cref="IAuditLog.QueryAsync(AuditFilter, CancellationToken)"/> writes it.</summary>
    public const string LogRead = "audit.log.read";

    /// <summary>The audit log was exported, or written as evidence.</summary>
    public const string LogExported = "audit.log.exported";

    /// <summary>The audit log was verified.</summary>
    public const string LogVerified = "audit.log.verified";

    /// <summary>An entry was proved.</summary>
    public const string EntryProved = "audit.entry.proved";

    /// <summary>Personal data was redacted.</summary>
    public const string EntryRedacted = "audit.entry.redacted";

    /// <summary>A legal hold was placed.</summary>
    public const string HoldPlaced = "audit.hold.placed";

    /// <summary>A legal hold was released.</summary>
    public const string HoldReleased = "audit.hold.released";
}
