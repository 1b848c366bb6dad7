-- Puts new costs on rows, and moves the days by the difference. A row that was replaced since it was read is left: it was priced anew. Rows of closed months stay as they are, but for those without a price:
-- theirs is counted today, as all that becomes known after a close.
CREATE FUNCTION {schema}.llm_cost_reprice(p_months date[], p_tenants text[], p_calls uuid[], p_attempts smallint[], p_revisions int[], p_old numeric[], p_new numeric[]) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
    DECLARE
        v_today date := ({schema}.now() AT TIME ZONE 'UTC')::date;
        v_month date;
        v_changed bigint;
    BEGIN
        -- The order of llm_cost_book: months, then rows by key, then days by key.
        FOR v_month IN SELECT DISTINCT u.m FROM unnest(p_months || date_trunc('month', v_today)::date) AS u (m) ORDER BY u.m LOOP
            PERFORM pg_advisory_xact_lock_shared({schema}.llm_cost_month_lock(v_month));
        END LOOP;

        WITH picked AS (
            SELECT c.tenant_id, c.call_id, c.attempt, c.revision, c.provider, c.model, c.feature, c.tier, c.state, (c.started_at AT TIME ZONE 'UTC')::date AS started,
                p.month IS NOT NULL AS late, n.new - coalesce(n.old, 0) AS pico_usd, n.new, (n.old IS NULL)::int AS priced
            FROM unnest(p_tenants, p_calls, p_attempts, p_revisions, p_old, p_new) AS n (tenant_id, call_id, attempt, revision, old, new)
            JOIN {schema}.llm_cost_calls c ON c.tenant_id = n.tenant_id AND c.call_id = n.call_id AND c.attempt = n.attempt
            LEFT JOIN {schema}.llm_cost_periods p ON p.month = date_trunc('month', c.started_at AT TIME ZONE 'UTC')::date
            WHERE c.revision = n.revision AND c.pico_usd IS NOT DISTINCT FROM n.old AND (p.month IS NULL OR n.old IS NULL)
            ORDER BY c.tenant_id, c.call_id, c.attempt
            FOR UPDATE OF c
        ),
        written AS (
            UPDATE {schema}.llm_cost_calls c SET pico_usd = p.new FROM picked p WHERE c.tenant_id = p.tenant_id AND c.call_id = p.call_id AND c.attempt = p.attempt
        ),
        adjusted AS (
            INSERT INTO {schema}.llm_cost_adjustments (
                tenant_id, call_id, attempt, revision, leg, day, adjusts, provider, model, feature, tier, calls, buckets, pico_usd, estimated_pico_usd, unpriced_calls)
            SELECT p.tenant_id, p.call_id, p.attempt, p.revision, 2, v_today, p.started, p.provider, p.model, p.feature, p.tier, 0, '{0,0,0,0,0,0,0,0,0,0,0,0}'::bigint[], p.pico_usd,
                CASE WHEN p.state = 'estimated' THEN p.pico_usd ELSE 0 END, -p.priced
            FROM picked p
            WHERE p.late
        ),
        moved AS (
            INSERT INTO {schema}.llm_cost_daily AS d (tenant_id, day, provider, model, feature, tier, calls, buckets, pico_usd, estimated_pico_usd, unpriced_calls)
            SELECT p.tenant_id, CASE WHEN p.late THEN v_today ELSE p.started END AS counted, p.provider, p.model, p.feature, p.tier, 0, '{0,0,0,0,0,0,0,0,0,0,0,0}'::bigint[], sum(p.pico_usd),
                coalesce(sum(p.pico_usd) FILTER (WHERE p.state = 'estimated'), 0), -sum(p.priced)
            FROM picked p
            GROUP BY p.tenant_id, counted, p.provider, p.model, p.feature, p.tier
            ORDER BY p.tenant_id, counted, p.provider, p.model, p.feature, p.tier
            ON CONFLICT (tenant_id, day, provider, model, feature, tier) DO UPDATE SET
                pico_usd = d.pico_usd + excluded.pico_usd,
                estimated_pico_usd = d.estimated_pico_usd + excluded.estimated_pico_usd,
                unpriced_calls = d.unpriced_calls + excluded.unpriced_calls
        )
        SELECT count(*) INTO v_changed FROM picked;
        RETURN v_changed;
    END
    $$;
