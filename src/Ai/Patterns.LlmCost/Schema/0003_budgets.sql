-- What a tenant may spend in a month. The month -infinity holds for every month that has no row of its own.
CREATE TABLE {schema}.llm_cost_budgets (
    tenant_id text NOT NULL,
    month date NOT NULL,
    pico_usd numeric(38, 0) NOT NULL CHECK (pico_usd >= 0),
    PRIMARY KEY (tenant_id, month)
);
COMMENT ON TABLE {schema}.llm_cost_budgets IS 'Bounded: one row for each tenant, and for each month that has a limit of its own';

-- Who inserts the row raises the step: the key is what makes it once a month over all processes.
CREATE TABLE {schema}.llm_cost_budget_steps (
    tenant_id text NOT NULL,
    month date NOT NULL,
    percent smallint NOT NULL,
    raised_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, month, percent)
);
COMMENT ON TABLE {schema}.llm_cost_budget_steps IS 'Bounded: three rows for each budgeted tenant and month';

CREATE TABLE {schema}.llm_cost_reservations (
    tenant_id text NOT NULL,
    call_id uuid NOT NULL,
    pico_usd numeric(38, 0) NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, call_id)
);
COMMENT ON TABLE {schema}.llm_cost_reservations IS 'Bounded: a row goes when its call is booked, or soon after it expired';

CREATE TABLE {schema}.llm_cost_revenue (
    tenant_id text NOT NULL,
    month date NOT NULL,
    reference text NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    usd_per_minor numeric NOT NULL,
    PRIMARY KEY (tenant_id, month, reference)
);
COMMENT ON TABLE {schema}.llm_cost_revenue IS 'Bounded: one row for each tenant, month and invoice';

CREATE FUNCTION {schema}.llm_cost_reserve(p_tenant text, p_call uuid, p_pico numeric, p_life interval, OUT allowed boolean, OUT remaining numeric, OUT reserved boolean)
    LANGUAGE plpgsql
    AS $$
    DECLARE
        v_now timestamptz := {schema}.now();
        v_month date := date_trunc('month', v_now AT TIME ZONE 'UTC')::date;
        v_limit numeric;
        v_mine boolean;
    BEGIN
        -- All who reserve for a tenant queue here, so that each sees what the one before it set aside.
        SELECT b.pico_usd INTO v_limit
        FROM (
            SELECT l.month, l.pico_usd
            FROM {schema}.llm_cost_budgets l
            WHERE l.tenant_id = p_tenant AND l.month IN (v_month, '-infinity')
            ORDER BY l.month
            FOR NO KEY UPDATE
        ) b
        ORDER BY b.month DESC
        LIMIT 1;
        reserved := false;
        IF v_limit IS NULL THEN
            allowed := true;
            RETURN;
        END IF;

        -- One statement, so one snapshot: a call that is booked meanwhile turns from a reservation into a row of the roll-up in one commit, and is seen as exactly one of both.
        SELECT v_limit - spent.pico_usd - coalesce(sum(r.pico_usd) FILTER (WHERE r.call_id <> p_call), 0), coalesce(bool_or(r.call_id = p_call), false)
        INTO remaining, v_mine
        FROM (
            SELECT coalesce(sum(d.pico_usd), 0) AS pico_usd
            FROM {schema}.llm_cost_daily d
            WHERE d.tenant_id = p_tenant AND d.day >= v_month AND d.day < (v_month + interval '1 month')::date
        ) spent
        LEFT JOIN {schema}.llm_cost_reservations r ON r.tenant_id = p_tenant AND r.expires_at > v_now
        GROUP BY spent.pico_usd;

        allowed := v_mine OR coalesce(p_pico <= remaining, remaining > 0);
        reserved := allowed;
        IF allowed AND NOT v_mine THEN
            INSERT INTO {schema}.llm_cost_reservations AS held (tenant_id, call_id, pico_usd, expires_at)
            VALUES (p_tenant, p_call, coalesce(p_pico, 0), v_now + p_life)
            ON CONFLICT (tenant_id, call_id) DO UPDATE SET pico_usd = excluded.pico_usd, expires_at = excluded.expires_at;
        END IF;
    END
    $$;
