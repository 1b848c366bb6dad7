using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Patterns.RlsSession;

/// <summary>
/// The one SELECT of <c>set_config(..., true)</c> calls that scopes a transaction. Its text depends on how much a scope sets, not on what: values are parameters, and there are few
/// texts, so that they can be prepared.
/// </summary>
internal sealed class ScopeStatement
{
    private readonly ConcurrentDictionary<(bool User, bool Role, int Settings, bool Named), string> _texts = new();
    private readonly RlsOptions _options;
    private readonly SealSigner? _signer;
    private readonly string[] _carriers;

    public ScopeStatement(IOptions<RlsOptions> options, TimeProvider time)
    {
        _options = options.Value;
        _signer = _options.Sealing == Sealing.On ? new(_options.SealKeys[0], _options.SealLifetime, time) : null;
        _carriers = [_options.SettingName, _options.UserSettingName, _options.SealSettingName];
    }

    private bool HasClaims => _options.Mode == RlsMode.SupabaseClaims;

    /// <summary>Checks the scope against the rules and the options.</summary>
    public ScopeValues Values(TenantScope scope)
    {
        ScopeRules.Check(scope);
        if (scope.Settings is { Count: > 0 } settings)
            ScopeRules.CheckSettings(settings, IsCarrier);
        var (role, claims) = (scope.Role ?? _options.Role, default(string));
        if (HasClaims)
            (role, claims) = SupabaseClaims.Of(scope);
        else if (scope.ClaimsJson is not null)
            throw ScopeRules.Malformed("TenantScope.ClaimsJson takes RlsOptions.Mode = RlsMode.SupabaseClaims.", nameof(TenantScope.ClaimsJson));
        if (role is not null && !RoleList.Allows(_options, role))
        {
            throw ScopeRules.Malformed(
                $"TenantScope.Role '{role}' is not one of {string.Join(", ", RoleList.Of(_options).Order(StringComparer.Ordinal))}. Add it to RlsOptions.Roles if scopes may have it.", nameof(TenantScope.Role));
        }

        var user = scope.UserId ?? "";
        return new(scope.TenantId, user, role, _signer?.Sign(scope.TenantId, user, role), claims, scope.Settings);
    }

    public NpgsqlBatchCommand Command(in ScopeValues values)
    {
        var command = new NpgsqlBatchCommand(Text(values, named: false));
        Fill(command.Parameters, values, named: false);
        return command;
    }

    /// <summary>Puts the scope before several statements in one text, with named parameters, since the driver splits such a text only with those.</summary>
    public void Prefix(NpgsqlCommand command, in ScopeValues values)
    {
        command.CommandText = Text(values, named: true) + ";\n" + command.CommandText;
        Fill(command.Parameters, values, named: true);
    }

    /// <summary>
    /// For a transaction that may have a scope: first what it has, in the order of <see cref="Names"/>; then sets the scope if no tenant is set. One round trip, and a scope that is
    /// there is never replaced.
    /// </summary>
    public void AddApply(NpgsqlBatch batch, in ScopeValues values)
    {
        var names = Names(values);
        var present = new NpgsqlBatchCommand("SELECT " + string.Join(", ", names.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"pg_catalog.current_setting(${i + 1}, true)"))));
        foreach (var name in names)
            present.Parameters.Add(Parameter(name));
        var set = Command(values);
        set.CommandText += $" WHERE coalesce(pg_catalog.current_setting('{_options.SettingName}', true), '') = ''";
        batch.BatchCommands.Add(present);
        batch.BatchCommands.Add(set);
    }

    /// <summary>The settings that tell one scope from another. The seal is not among them: it changes with the time.</summary>
    public List<string> Names(in ScopeValues values)
    {
        List<string> names = [_options.SettingName, _options.UserSettingName];
        if (values.Role is not null)
            names.Add("role");
        if (values.Claims is not null)
            names.Add(SupabaseClaims.SettingName);
        if (values.Settings is not null)
            names.AddRange(values.Settings.Keys);
        return names;
    }

    /// <summary>The values in the order of <see cref="Names"/>.</summary>
    public static List<string> Wanted(in ScopeValues values)
    {
        List<string> wanted = [values.Tenant, values.User];
        if (values.Role is not null)
            wanted.Add(values.Role);
        if (values.Claims is not null)
            wanted.Add(values.Claims);
        if (values.Settings is not null)
            wanted.AddRange(values.Settings.Values);
        return wanted;
    }

    // Settings of which the database reads something, so that a scope's own must not have their names. PostgREST's older form has a setting for each claim.
    private bool IsCarrier(string name) => _carriers.Contains(name, StringComparer.Ordinal) || HasClaims && name.StartsWith(SupabaseClaims.SettingPrefix, StringComparison.Ordinal);

    private string Text(in ScopeValues values, bool named) => _texts.GetOrAdd((values.User.Length > 0, values.Role is not null, values.Settings?.Count ?? 0, named), static (shape, statement) => statement.Write(shape), this);

    private string Write((bool User, bool Role, int Settings, bool Named) shape)
    {
        var (text, next) = (new StringBuilder("SELECT "), 1);
        Add($"'{_options.SettingName}'", Placeholder());
        // No user is said too: a session may have been given one.
        Add($"'{_options.UserSettingName}'", shape.User ? Placeholder() : "''");
        if (_signer is not null)
            Add($"'{_options.SealSettingName}'", Placeholder());
        if (HasClaims)
            Add($"'{SupabaseClaims.SettingName}'", Placeholder());
        if (shape.Role)
            Add("'role'", Placeholder());
        for (var i = 0; i < shape.Settings; i++)
            Add(Placeholder(), Placeholder());
        return text.ToString();

        void Add(string name, string value) => text.Append(text.Length > 7 ? ", " : "").Append("pg_catalog.set_config(").Append(name).Append(", ").Append(value).Append(", true)");
        string Placeholder() => string.Create(CultureInfo.InvariantCulture, $"{(shape.Named ? "@rls__" : "$")}{next++}");
    }

    private static void Fill(NpgsqlParameterCollection parameters, in ScopeValues values, bool named)
    {
        var next = 1;
        Add(values.Tenant);
        if (values.User.Length > 0)
            Add(values.User);
        if (values.Seal is not null)
            Add(values.Seal);
        if (values.Claims is not null)
            Add(values.Claims);
        if (values.Role is not null)
            Add(values.Role);
        if (values.Settings is not null)
        {
            foreach (var (name, value) in values.Settings)
            {
                Add(name);
                Add(value);
            }
        }

        void Add(string value)
        {
            var parameter = Parameter(value);
            if (named)
                parameter.ParameterName = string.Create(CultureInfo.InvariantCulture, $"rls__{next++}");
            parameters.Add(parameter);
        }
    }

    private static NpgsqlParameter<string> Parameter(string value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };
}
