-- A page of the entries of the scope's tenant, newest first; without a scope nothing. A function of the owner, since below a row policy no index on targets could be used (their operators are not
-- leakproof). p_sealed leaves out what no seal covers yet.
CREATE FUNCTION {schema}.audit_log_read(
    p_from timestamptz, p_to timestamptz, p_actor_type text, p_actor_id text, p_action text, p_target text, p_outcome smallint,
    p_before_at timestamptz, p_before_id uuid, p_before_class text, p_sealed boolean, p_limit int)
    RETURNS SETOF {schema}.audit_log_entries
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    -- Conditions that are not asked for are left out, so that each kind of question has a plan of its own. Only constants are put together; values are parameters.
    v_where text := 'e.tenant_id = $1'
        || CASE WHEN p_from IS NOT NULL THEN ' AND e.occurred_at >= $2' ELSE '' END
        || CASE WHEN p_to IS NOT NULL THEN ' AND e.occurred_at < $3' ELSE '' END
        || CASE WHEN p_actor_id IS NOT NULL THEN ' AND e.actor_type = $4 AND e.actor_id = $5' ELSE '' END
        || CASE WHEN p_action IS NOT NULL THEN ' AND e.action ~>=~ $6 AND starts_with(e.action, $6)' ELSE '' END
        || CASE WHEN p_target IS NOT NULL THEN ' AND e.targets @> ARRAY[$7]' ELSE '' END
        || CASE WHEN p_outcome IS NOT NULL THEN ' AND e.outcome = $8' ELSE '' END
        || CASE WHEN p_before_at IS NOT NULL THEN ' AND e.occurred_at <= $9 AND (e.occurred_at, e.id, e.retention_class) < ($9, $10, $11)' ELSE '' END
        || CASE WHEN p_sealed THEN ' AND NOT EXISTS (SELECT FROM {schema}.audit_log_pending p
            WHERE p.tenant_id = e.tenant_id AND p.occurred_at = e.occurred_at AND p.id = e.id AND p.retention_class = e.retention_class)' ELSE '' END;
    v_order text := ' ORDER BY e.occurred_at DESC, e.id DESC, e.retention_class DESC LIMIT $12';
BEGIN
    IF {schema}.audit_log_tenant() IS NULL THEN
        RETURN;
    END IF;

    RETURN QUERY EXECUTE
        '(SELECT e.* FROM {schema}.audit_log_entries e WHERE ' || v_where || v_order
        || ') UNION ALL (SELECT e.* FROM {schema}.audit_log_held_entries e WHERE ' || v_where || v_order
        || ') ORDER BY 2 DESC, 3 DESC, 4 DESC LIMIT $12'
        USING {schema}.audit_log_tenant(), p_from, p_to, p_actor_type, p_actor_id, p_action, p_target, p_outcome, p_before_at, p_before_id, p_before_class, p_limit;
END
$$;

-- The newest run head. It holds no tenant's data.
CREATE FUNCTION {schema}.audit_log_head() RETURNS SETOF {schema}.audit_log_runs
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ SELECT r.* FROM {schema}.audit_log_runs r ORDER BY r.run_no DESC LIMIT 1 $$;

DO $$
DECLARE
    v_prefix text := btrim('{schema}', '"') || '_audit_';
    v_function regprocedure;
BEGIN
    FOR v_function IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = '{schema}'::regnamespace AND p.proname IN ('audit_log_read', 'audit_log_head') LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', v_function);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', v_function, v_prefix || 'reader');
        EXECUTE format('ALTER FUNCTION %s OWNER TO %I', v_function, v_prefix || 'owner');
    END LOOP;
END
$$;
