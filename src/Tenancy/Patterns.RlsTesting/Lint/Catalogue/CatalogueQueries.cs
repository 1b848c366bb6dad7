namespace Patterns.RlsTesting;

/// <summary>The questions to the catalogue. They run with an empty search path, so that every name of the user's comes qualified.</summary>
internal static class CatalogueQueries
{
    private const string UserSchema = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

    public const string Roles = "SELECT oid, rolname::text, rolcanlogin, rolsuper, rolbypassrls FROM pg_roles";

    public const string Schemas = $"SELECT n.oid, n.nspname::text, n.nspowner FROM pg_namespace n WHERE {UserSchema}";

    public const string Grants = $"""
        SELECT n.oid, g.grantee, g.privilege_type, NULL::text FROM pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) g WHERE {UserSchema}
        UNION ALL
        SELECT c.oid, g.grantee, g.privilege_type, NULL FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
            aclexplode(coalesce(c.relacl, acldefault((CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char", c.relowner))) g
        WHERE {UserSchema} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        UNION ALL
        SELECT c.oid, g.grantee, g.privilege_type, a.attname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(a.attacl) g
        WHERE {UserSchema} AND NOT a.attisdropped
        UNION ALL
        SELECT p.oid, g.grantee, g.privilege_type, NULL FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
        WHERE {UserSchema} AND p.prosecdef
        """;

    public const string Relations = $"""
        SELECT c.oid, n.nspname::text, c.relowner, quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relname::text, c.relkind, c.relrowsecurity, c.relforcerowsecurity,
            CASE WHEN c.relispartition THEN (SELECT i.inhparent FROM pg_inherits i WHERE i.inhrelid = c.oid) END,
            coalesce((SELECT o.option_value::boolean FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'security_invoker'), false),
            EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {UserSchema} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        """;

    public const string Columns = $"""
        SELECT c.oid, a.attname::text, format_type(a.atttypid, a.atttypmod), NOT (a.attnotnull OR t.typnotnull)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid
        WHERE {UserSchema} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY c.oid, a.attnum
        """;

    public const string Policies = """
        SELECT polrelid, polname::text, polpermissive, polcmd, polroles, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid) FROM pg_policy ORDER BY polrelid, polname
        """;

    // Of a btree or hash index, equality is what counts; of the others, every operator that the index can search by.
    public const string Indexes = $"""
        SELECT i.indrelid, quote_ident(n.nspname) || '.' || quote_ident(x.relname), m.amname::text, i.indisunique, i.indisprimary, i.indisexclusion, i.indisvalid,
            ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, false) FROM generate_series(1, i.indnkeyatts) k),
            ARRAY(SELECT (SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[k - 1] AND a.attnum <> 0) FROM generate_series(1, i.indnkeyatts) k),
            ARRAY(SELECT (
                SELECT CASE WHEN NOT bool_or(f.proleakproof) THEN string_agg(DISTINCT o.oprname || ' (' || format_type(oc.opcintype, NULL) || ')', ', ') END
                FROM pg_opclass oc JOIN pg_amop ao ON ao.amopfamily = oc.opcfamily AND ao.amoplefttype = oc.opcintype AND ao.amoppurpose = 's'
                    AND (m.amname <> 'btree' OR (ao.amopstrategy = 3 AND ao.amoprighttype = oc.opcintype))
                JOIN pg_operator o ON o.oid = ao.amopopr JOIN pg_proc f ON f.oid = o.oprcode
                WHERE oc.oid = i.indclass[k - 1]) FROM generate_series(1, i.indnkeyatts) k),
            pg_get_expr(i.indpred, i.indrelid),
            (SELECT con.conname::text FROM pg_constraint con WHERE con.conindid = i.indexrelid AND con.contype IN ('p', 'u', 'x')),
            EXISTS (SELECT FROM pg_constraint con WHERE con.conindid = i.indexrelid AND con.contype = 'f'),
            EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid),
            coalesce((SELECT pg_get_constraintdef(con.oid) FROM pg_constraint con WHERE con.conindid = i.indexrelid AND con.contype IN ('p', 'u', 'x')), pg_get_indexdef(i.indexrelid))
        FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_namespace n ON n.oid = x.relnamespace JOIN pg_am m ON m.oid = x.relam
        WHERE {UserSchema}
        ORDER BY 1, 2
        """;

    public const string ForeignKeys = """
        SELECT con.conrelid, con.conname::text, con.confrelid,
            ARRAY(SELECT a.attname::text FROM unnest(con.conkey) WITH ORDINALITY k(number, place) JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.number ORDER BY k.place),
            ARRAY(SELECT a.attname::text FROM unnest(con.confkey) WITH ORDINALITY k(number, place) JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.number ORDER BY k.place),
            con.confdeltype,
            CASE con.confupdtype WHEN 'c' THEN ' ON UPDATE CASCADE' WHEN 'r' THEN ' ON UPDATE RESTRICT' ELSE '' END
                || CASE con.confdeltype WHEN 'c' THEN ' ON DELETE CASCADE' WHEN 'r' THEN ' ON DELETE RESTRICT' ELSE '' END
                || CASE WHEN con.condeferrable THEN ' DEFERRABLE' || CASE WHEN con.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END ELSE '' END
        FROM pg_constraint con WHERE con.contype = 'f' AND con.conparentid = 0 ORDER BY con.conrelid, con.conname
        """;

    public const string Reads = """
        SELECT DISTINCT r.ev_class, d.refobjid FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
        WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
        """;

    public const string Routines = $"""
        SELECT p.oid, n.nspname::text, p.proowner, quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')',
            (SELECT substr(s, length('search_path=') + 1) FROM unnest(p.proconfig) s WHERE s LIKE 'search_path=%'), p.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype)
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE {UserSchema} AND p.prosecdef AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
        """;

    public const string DefaultGrants = """
        SELECT d.defaclrole, n.nspname::text, g.grantee, g.privilege_type
        FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace, aclexplode(d.defaclacl) g
        WHERE d.defaclobjtype = 'r' AND g.grantee <> d.defaclrole
        """;

    // Before 15 a publication carries whole tables, and is of tables or of all of them.
    public static string Publications(int version) => version < 15
        ? """
            SELECT r.prrelid, p.pubname::text, true, false FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
            UNION ALL
            SELECT c.oid, p.pubname::text, false, false FROM pg_publication p CROSS JOIN pg_class c WHERE p.puballtables AND c.relkind IN ('r', 'p')
            """
        : """
            SELECT r.prrelid, p.pubname::text, true, r.prqual IS NOT NULL FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
            UNION ALL
            SELECT c.oid, p.pubname::text, false, false FROM pg_publication p CROSS JOIN pg_class c WHERE p.puballtables AND c.relkind IN ('r', 'p')
            UNION ALL
            SELECT c.oid, p.pubname::text, false, false FROM pg_publication_namespace s JOIN pg_publication p ON p.oid = s.pnpubid JOIN pg_class c ON c.relnamespace = s.pnnspid
            WHERE c.relkind IN ('r', 'p')
            """;

    // From 16 on each grant says whether it is inherited, before that the member does.
    public static string Memberships(int version) => version < 16
        ? "SELECT m.roleid, m.member, r.rolinherit, true FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member"
        : "SELECT roleid, member, bool_or(inherit_option), bool_or(set_option) FROM pg_auth_members GROUP BY roleid, member";

    public const string Functions = """
        SELECT n.nspname::text, p.proname::text, p.pronargs - p.pronargdefaults, CASE WHEN p.provariadic <> 0 THEN 100 ELSE p.pronargs END::integer, p.provolatile
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.proname = ANY ($1)
        """;
}
