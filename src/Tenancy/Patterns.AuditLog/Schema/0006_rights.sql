-- Every function belongs to the role that cannot log in, and nobody may call it but whom it is for.
DO $$
DECLARE
    v_prefix text := btrim('{schema}', '"') || '_audit_';
    v_function regprocedure;
    v_name text;
BEGIN
    FOR v_function, v_name IN SELECT p.oid, p.proname FROM pg_proc p WHERE p.pronamespace = '{schema}'::regnamespace AND p.proname LIKE 'audit\_log\_%' LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', v_function);
        IF v_name IN ('audit_log_append', 'audit_log_tenant') THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', v_function, v_prefix || 'writer');
        END IF;
        IF v_name = 'audit_log_tenant' THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', v_function, v_prefix || 'reader');
        END IF;
        IF v_name NOT IN ('audit_log_refuse', 'audit_log_append_only', 'audit_log_guard', 'audit_log_hold_back') THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', v_function, v_prefix || 'auditor');
        END IF;
        EXECUTE format('ALTER FUNCTION %s OWNER TO %I', v_function, v_prefix || 'owner');
    END LOOP;
END
$$;
