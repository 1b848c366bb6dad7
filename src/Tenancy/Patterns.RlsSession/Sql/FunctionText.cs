using System.Security.Cryptography;
using System.Text;

namespace Patterns.RlsSession;

/// <summary>Prints the functions that policies ask. They are replaced in place, so that policies which use them stay.</summary>
internal static class FunctionText
{
    public const string Mark = "Patterns.RlsSession ";

    // Standard SQL bodies are bound when they are made: nothing that is found by the caller's search_path can take the place of what they call. Without SECURITY DEFINER
    // and SET the planner puts the expression in place of the call.
    private const string Open =
        """
        CREATE OR REPLACE FUNCTION {schema}.rls_session_refuse() RETURNS text
            LANGUAGE plpgsql STABLE PARALLEL SAFE
            AS $function$
        BEGIN
            RAISE EXCEPTION 'no tenant is set on this transaction'
                USING ERRCODE = '42501', HINT = 'Run the statement through IRlsSession, RlsTransaction or TenantDataSource.';
        END
        $function$;

        CREATE OR REPLACE FUNCTION {schema}.tenant_id() RETURNS text
            LANGUAGE sql STABLE PARALLEL SAFE
            RETURN CASE WHEN pg_catalog.length(pg_catalog.current_setting({tenant}, true)) > 0 THEN pg_catalog.current_setting({tenant}, true) ELSE {unset} END;

        CREATE OR REPLACE FUNCTION {schema}.user_id() RETURNS text
            LANGUAGE sql STABLE PARALLEL SAFE
            RETURN CASE WHEN pg_catalog.length(pg_catalog.current_setting({user}, true)) > 0 THEN pg_catalog.current_setting({user}, true) END;
        """;

    private const string Unset = "{schema}.rls_session_refuse()";

    // The expiry is compared with the start of the transaction by the server's own clock, and not by {schema}.now(): a setting moves that one, and injected SQL could set it. The macs are
    // compared as keyed hashes, so that the time which that takes says nothing about how much of a guess was right. The mac is verified before its parts are read as numbers.
    private const string Sealed =
        """
        CREATE OR REPLACE FUNCTION {schema}.{name}() RETURNS text
            LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
            SET search_path = pg_catalog, pg_temp
            AS $function$
        DECLARE
            v_tenant text := coalesce(current_setting({tenant}, true), '');
            v_user text := coalesce(current_setting({user}, true), '');
            v_seal text := coalesce(current_setting({seal}, true), '');
            v_expiry text := split_part(v_seal, '.', 2);
            v_sealed bytea := convert_to(concat(v_expiry, ':', octet_length(convert_to(v_tenant, 'UTF8')), ':', v_tenant,
                octet_length(convert_to(v_user, 'UTF8')), ':', v_user, current_setting('role')), 'UTF8');
            v_genuine boolean;
        BEGIN
            IF v_tenant = '' THEN
                {unset}
            END IF;
            SELECT sha256(k.inner_pad || convert_to(split_part(v_seal, '.', 3), 'UTF8'))
                    = sha256(k.inner_pad || convert_to(encode(sha256(k.outer_pad || sha256(k.inner_pad || v_sealed)), 'hex'), 'UTF8'))
                INTO v_genuine
                FROM {schema}.rls_session_keys k
                WHERE k.key_id::text = split_part(v_seal, '.', 1) AND (k.not_after IS NULL OR k.not_after > pg_catalog.now());
            IF v_genuine IS NOT TRUE THEN
                RAISE EXCEPTION 'the tenant of this transaction is not sealed'
                    USING ERRCODE = '42501', HINT = 'Only the application can seal a scope. Is its key installed, and not past its not_after?';
            ELSIF to_timestamp(v_expiry::bigint) + interval '30 seconds' < pg_catalog.now() THEN
                RAISE EXCEPTION 'the seal of this transaction''s tenant has expired'
                    USING ERRCODE = '42501', HINT = 'Compare the clocks of the application and the database.';
            END IF;
            RETURN {result};
        END
        $function$;

        """;

    public static string Functions(RlsOptions options, string schema)
    {
        var sealing = options.Sealing == Sealing.On;
        var text = sealing
            ? SealedFunction("tenant_id", "v_tenant", options.RaiseWhenUnset) + "\n" + SealedFunction("user_id", "nullif(v_user, '')", options.RaiseWhenUnset) + Grants(options)
            : Open.Replace("{unset}", options.RaiseWhenUnset ? Unset : "NULL", StringComparison.Ordinal) + "\n";
        text = text
            .Replace("{schema}", SqlText.Identifier(schema), StringComparison.Ordinal)
            .Replace("{tenant}", SqlText.Literal(options.SettingName), StringComparison.Ordinal)
            .Replace("{user}", SqlText.Literal(options.UserSettingName), StringComparison.Ordinal)
            .Replace("{seal}", SqlText.Literal(options.SealSettingName), StringComparison.Ordinal)
            .Replace("\r", "", StringComparison.Ordinal);
        return $"{text}\nCOMMENT ON FUNCTION {SqlText.Identifier(schema)}.tenant_id() IS {SqlText.Literal(Version(text))};\n";
    }

    /// <summary>What the comment on the function says when it was made from this text.</summary>
    public static string Version(string text) => Mark + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];

    private static string SealedFunction(string name, string result, bool raises) => Sealed
        .Replace("{name}", name, StringComparison.Ordinal)
        .Replace("{result}", result, StringComparison.Ordinal)
        .Replace("{unset}", raises ? "RAISE EXCEPTION 'no tenant is set on this transaction' USING ERRCODE = '42501', HINT = 'Run the statement through IRlsSession, RlsTransaction or TenantDataSource.';" : "RETURN NULL;", StringComparison.Ordinal);

    // A definer function is for those who need it. Without roles it is the login role, whose name is not known here.
    private static string Grants(RlsOptions options)
    {
        var roles = string.Join(", ", RoleList.Of(options).Order(StringComparer.Ordinal).Select(SqlText.Identifier));
        return roles.Length == 0 ? "" :
            $$"""

             REVOKE ALL ON FUNCTION {schema}.tenant_id(), {schema}.user_id() FROM PUBLIC;
             GRANT EXECUTE ON FUNCTION {schema}.tenant_id(), {schema}.user_id() TO {{roles}};

             """;
    }
}
