-- Puts a digest in the place of a tenant, on some of its rows and, by what they count, on the days, in one statement: each day is the sum of its rows at every commit.
-- A call that was recorded again after an erasure is under the digest already: its rows come after those, as further attempts.
CREATE FUNCTION {schema}.llm_cost_erase_calls(p_tenant text, p_digest text, p_calls uuid[], p_attempts smallint[], p_users text[], p_runs uuid[]) RETURNS void
    LANGUAGE sql
    AS $$
        WITH written AS (
            UPDATE {schema}.llm_cost_calls c
            SET tenant_id = p_digest, attempt = c.attempt + coalesce(erased.attempts, 0), user_id = n.user_id, run_id = n.run_id
            FROM unnest(p_calls, p_attempts, p_users, p_runs) AS n (call_id, attempt, user_id, run_id)
            CROSS JOIN LATERAL (SELECT max(e.attempt) AS attempts FROM {schema}.llm_cost_calls e WHERE e.tenant_id = p_digest AND e.call_id = n.call_id) erased
            WHERE c.tenant_id = p_tenant AND c.call_id = n.call_id AND c.attempt = n.attempt
            RETURNING (c.started_at AT TIME ZONE 'UTC')::date AS day, c.provider, c.model, c.feature, c.tier, c.state, c.buckets, c.pico_usd
        ),
        counted AS (
            SELECT w.day, w.provider, w.model, w.feature, w.tier, count(*) AS calls, {schema}.llm_cost_sum(w.buckets) AS buckets, coalesce(sum(w.pico_usd), 0) AS pico_usd,
                coalesce(sum(w.pico_usd) FILTER (WHERE w.state = 'estimated'), 0) AS estimated_pico_usd, count(*) FILTER (WHERE w.pico_usd IS NULL) AS unpriced_calls
            FROM written w
            GROUP BY w.day, w.provider, w.model, w.feature, w.tier
        )
        INSERT INTO {schema}.llm_cost_daily AS d (tenant_id, day, provider, model, feature, tier, calls, buckets, pico_usd, estimated_pico_usd, unpriced_calls)
        SELECT side.tenant_id COLLATE "C", c.day, c.provider, c.model, c.feature, c.tier, side.sign * c.calls, ARRAY(SELECT side.sign * b.n FROM unnest(c.buckets) WITH ORDINALITY AS b (n, i) ORDER BY b.i),
            side.sign * c.pico_usd, side.sign * c.estimated_pico_usd, side.sign * c.unpriced_calls
        FROM counted c CROSS JOIN (VALUES (p_tenant, -1), (p_digest, 1)) AS side (tenant_id, sign)
        ORDER BY 1, c.day, c.provider, c.model, c.feature, c.tier
        ON CONFLICT (tenant_id, day, provider, model, feature, tier) DO UPDATE SET
            calls = d.calls + excluded.calls,
            buckets = {schema}.llm_cost_add(d.buckets, excluded.buckets),
            pico_usd = d.pico_usd + excluded.pico_usd,
            estimated_pico_usd = d.estimated_pico_usd + excluded.estimated_pico_usd,
            unpriced_calls = d.unpriced_calls + excluded.unpriced_calls
    $$;

-- What is left when no row of a call is: adjustments, with the days that they moved, days whose rows were dropped by their age, and all that is kept by tenant. False while there are rows.
CREATE FUNCTION {schema}.llm_cost_erase_rest(p_tenant text, p_digest text) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
    BEGIN
        PERFORM FROM {schema}.llm_cost_daily WHERE tenant_id = p_tenant ORDER BY day, provider, model, feature, tier FOR UPDATE;
        IF EXISTS (SELECT FROM {schema}.llm_cost_calls WHERE tenant_id = p_tenant) THEN
            RETURN false;
        END IF;

        -- Days are the rows that moved before, the adjustments that move here, and what older rows left: all that is under the tenant moves as it is.
        UPDATE {schema}.llm_cost_adjustments a
        SET tenant_id = p_digest, attempt = a.attempt + coalesce((SELECT max(e.attempt) FROM {schema}.llm_cost_adjustments e WHERE e.tenant_id = p_digest AND e.call_id = a.call_id), 0)
        WHERE a.tenant_id = p_tenant;
        WITH gone AS (DELETE FROM {schema}.llm_cost_daily WHERE tenant_id = p_tenant RETURNING *)
        INSERT INTO {schema}.llm_cost_daily AS d (tenant_id, day, provider, model, feature, tier, calls, buckets, pico_usd, estimated_pico_usd, unpriced_calls)
        SELECT p_digest, g.day, g.provider, g.model, g.feature, g.tier, g.calls, g.buckets, g.pico_usd, g.estimated_pico_usd, g.unpriced_calls
        FROM gone g
        WHERE g.calls <> 0 OR g.pico_usd <> 0 OR g.unpriced_calls <> 0 OR g.estimated_pico_usd <> 0 OR g.buckets <> '{0,0,0,0,0,0,0,0,0,0,0,0}'
        ORDER BY g.day, g.provider, g.model, g.feature, g.tier
        ON CONFLICT (tenant_id, day, provider, model, feature, tier) DO UPDATE SET
            calls = d.calls + excluded.calls,
            buckets = {schema}.llm_cost_add(d.buckets, excluded.buckets),
            pico_usd = d.pico_usd + excluded.pico_usd,
            estimated_pico_usd = d.estimated_pico_usd + excluded.estimated_pico_usd,
            unpriced_calls = d.unpriced_calls + excluded.unpriced_calls;

        WITH gone AS (DELETE FROM {schema}.llm_cost_budgets WHERE tenant_id = p_tenant RETURNING *)
        INSERT INTO {schema}.llm_cost_budgets SELECT p_digest, g.month, g.pico_usd FROM gone g ON CONFLICT DO NOTHING;
        WITH gone AS (DELETE FROM {schema}.llm_cost_budget_steps WHERE tenant_id = p_tenant RETURNING *)
        INSERT INTO {schema}.llm_cost_budget_steps SELECT p_digest, g.month, g.percent, g.raised_at FROM gone g ON CONFLICT DO NOTHING;
        DELETE FROM {schema}.llm_cost_reservations WHERE tenant_id = p_tenant;
        WITH gone AS (DELETE FROM {schema}.llm_cost_revenue WHERE tenant_id = p_tenant RETURNING *)
        INSERT INTO {schema}.llm_cost_revenue SELECT p_digest, g.month, g.reference, g.amount_minor, g.currency, g.usd_per_minor FROM gone g
        ON CONFLICT (tenant_id, month, reference) DO UPDATE SET amount_minor = excluded.amount_minor, currency = excluded.currency, usd_per_minor = excluded.usd_per_minor;
        WITH gone AS (DELETE FROM {schema}.llm_cost_allocations WHERE tenant_id = p_tenant RETURNING *)
        INSERT INTO {schema}.llm_cost_allocations AS a SELECT p_digest, g.statement_id, g.pico_usd FROM gone g
        ON CONFLICT (tenant_id, statement_id) DO UPDATE SET pico_usd = a.pico_usd + excluded.pico_usd;
        RETURN true;
    END
    $$;
