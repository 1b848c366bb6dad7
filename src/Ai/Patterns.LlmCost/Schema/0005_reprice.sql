-- Puts new costs on rows, and moves the days by the difference. A row that was replaced since it was read is left: it was priced anew. Rows of closed months stay as they are, but for those without a price:
-- theirs is counted today, as all that becomes known after a close. The order of locks is that of llm_cost_book: months, then rows by key, then days by key.
CREATE FUNCTION {schema}.llm_cost_reprice(p_months date[], p_tenants text[], p_calls uuid[], p_attempts smallint[], p_revisions int[], p_old numeric[], p_new numeric[]) RETURNS int
    LANGUAGE plpgsql
    -- As in llm_cost_book_each.
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET jit = off
    AS $$
    DECLARE
        v_legs {schema}.llm_cost_adjustments[];
    BEGIN
        PERFORM pg_advisory_xact_lock_shared({schema}.llm_cost_month_lock(m)) FROM unnest(p_months) m;

        WITH picked AS (
            SELECT c.tenant_id, c.call_id, c.attempt, c.revision, c.provider, c.model, c.feature, c.tier, c.state, (c.started_at AT TIME ZONE 'UTC')::date AS started, n.old, n.new
            FROM unnest(p_tenants, p_calls, p_attempts, p_revisions, p_old, p_new) AS n (tenant_id, call_id, attempt, revision, old, new)
            JOIN {schema}.llm_cost_calls c ON c.tenant_id = n.tenant_id AND c.call_id = n.call_id AND c.attempt = n.attempt
            WHERE c.revision = n.revision AND c.pico_usd IS NOT DISTINCT FROM n.old
                AND (n.old IS NULL OR NOT EXISTS (SELECT FROM {schema}.llm_cost_periods p WHERE p.month = date_trunc('month', c.started_at AT TIME ZONE 'UTC')::date))
            ORDER BY c.tenant_id, c.call_id, c.attempt
            FOR UPDATE OF c
        ),
        written AS (
            UPDATE {schema}.llm_cost_calls c SET pico_usd = p.new FROM picked p WHERE c.tenant_id = p.tenant_id AND c.call_id = p.call_id AND c.attempt = p.attempt
        )
        SELECT array_agg(ROW(
            p.tenant_id, p.call_id, p.attempt, p.revision, 2::smallint, NULL::date, p.started, p.provider, p.model, p.feature, p.tier, 0::bigint, '{0,0,0,0,0,0,0,0,0,0,0,0}'::bigint[],
            p.new - coalesce(p.old, 0), CASE WHEN p.state = 'estimated' THEN p.new - coalesce(p.old, 0) ELSE 0 END, CASE WHEN p.old IS NULL THEN -1 ELSE 0 END::bigint)::{schema}.llm_cost_adjustments)
        INTO v_legs
        FROM picked p;
        IF v_legs IS NOT NULL THEN
            PERFORM {schema}.llm_cost_count(v_legs);
        END IF;
        RETURN coalesce(cardinality(v_legs), 0);
    END
    $$;
