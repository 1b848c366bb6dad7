-- What the application's login may do. It owns nothing. A package that gets a table with a later version needs another script like this.
GRANT USAGE ON SCHEMA app TO saas_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA app TO saas_app;
REVOKE ALL ON {schema}.rls_session_keys FROM saas_app;

DO $$
DECLARE
    v_table regclass;
    v_role text;
BEGIN
    FOR v_table IN
        SELECT c.oid FROM pg_catalog.pg_class c
        WHERE c.relnamespace = '{schema}'::pg_catalog.regnamespace AND c.relkind IN ('r', 'p')
            AND (c.relname ~ '^(webhook_dedup|credit_ledger|llm_cost)_' OR c.relname IN ('time_partitions', 'maintenance_claims'))
    LOOP
        EXECUTE pg_catalog.format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO saas_app', v_table);
    END LOOP;

    -- The audit log's own roles: append, read, and seal. Nobody but their owner may change an entry.
    FOREACH v_role IN ARRAY ARRAY['writer', 'reader', 'auditor'] LOOP
        v_role := pg_catalog.btrim('{schema}', '"') || '_audit_' || v_role;
        IF NOT pg_catalog.pg_has_role('saas_app', v_role, 'MEMBER') THEN
            BEGIN
                EXECUTE pg_catalog.format('GRANT %I TO saas_app', v_role);
            EXCEPTION
                -- Roles belong to the server: another database's installation was first.
                WHEN unique_violation OR internal_error THEN NULL;
            END;
        END IF;
    END LOOP;
END
$$;
