-- Booked attempts, and what they sum up to by day. COLLATE "C": keys are compared byte by byte, and sorted as every writer sorts them.

-- One row for each attempt, as it is known now: a higher revision replaces it. Ids are UUIDv7, so that partitions by their time still keep a call from being booked twice.
-- An attempt is within 31 days of the time in its id, so that started_at can be looked for by ids.
CREATE TABLE {schema}.llm_cost_calls (
    tenant_id text COLLATE "C" NOT NULL,
    call_id uuid NOT NULL,
    attempt smallint NOT NULL,
    revision int NOT NULL,
    state text COLLATE "C" NOT NULL CHECK (state IN ('settled', 'estimated', 'failed')),
    provider text COLLATE "C" NOT NULL,
    model text COLLATE "C" NOT NULL,
    tier text COLLATE "C" NOT NULL,
    region text COLLATE "C" NOT NULL,
    feature text COLLATE "C" NOT NULL,
    user_id text,
    run_id uuid,
    started_at timestamptz NOT NULL,
    response_id text,
    -- In the order of LlmBucket.
    buckets bigint[] NOT NULL,
    reasoning bigint NOT NULL,
    -- NULL while no price is known.
    pico_usd numeric(38, 0),
    suspect boolean NOT NULL,
    PRIMARY KEY (tenant_id, call_id, attempt)
) PARTITION BY RANGE (call_id);

-- The sum of the rows by the day (UTC) on which they started. What came after its month was closed is counted on a later day instead, and stands in llm_cost_adjustments.
CREATE TABLE {schema}.llm_cost_daily (
    tenant_id text COLLATE "C" NOT NULL,
    day date NOT NULL,
    provider text COLLATE "C" NOT NULL,
    model text COLLATE "C" NOT NULL,
    feature text COLLATE "C" NOT NULL,
    tier text COLLATE "C" NOT NULL,
    calls bigint NOT NULL,
    buckets bigint[] NOT NULL,
    pico_usd numeric(38, 0) NOT NULL,
    estimated_pico_usd numeric(38, 0) NOT NULL,
    unpriced_calls bigint NOT NULL,
    PRIMARY KEY (tenant_id, day, provider, model, feature, tier)
) WITH (fillfactor = 70);
COMMENT ON TABLE {schema}.llm_cost_daily IS 'Bounded: one row for each tenant, day, model, feature and tier in use';

-- What was counted on another day than its call's. With adjusts: an amount (which may be negative) that belongs to that day of a closed month and was counted on day instead.
-- Without: an amount that no call stands for, such as a share of an invoice's remainder. So, for each key of llm_cost_daily:
-- its figures = sum of the calls of that day - sum of the adjustments whose adjusts is that day + sum of the adjustments whose day is that day.
CREATE TABLE {schema}.llm_cost_adjustments (
    tenant_id text COLLATE "C" NOT NULL,
    call_id uuid NOT NULL,
    attempt smallint NOT NULL,
    revision int NOT NULL,
    -- 0 takes away what the revision before had counted, 1 adds what this one counts; where both have one key, 1 is the difference.
    leg smallint NOT NULL,
    day date NOT NULL,
    adjusts date,
    statement_id text,
    provider text COLLATE "C" NOT NULL,
    model text COLLATE "C" NOT NULL,
    feature text COLLATE "C" NOT NULL,
    tier text COLLATE "C" NOT NULL,
    calls bigint NOT NULL,
    buckets bigint[] NOT NULL,
    pico_usd numeric(38, 0) NOT NULL,
    estimated_pico_usd numeric(38, 0) NOT NULL,
    unpriced_calls bigint NOT NULL,
    PRIMARY KEY (tenant_id, call_id, attempt, revision, leg)
);
COMMENT ON TABLE {schema}.llm_cost_adjustments IS 'Bounded: only what came after its month was closed, and one row for each tenant and allocated invoice';

-- The closed months, by their first day. Who books into a month has llm_cost_month_lock of it shared, who closes it alone, so that nothing is counted in a month after it was closed.
CREATE TABLE {schema}.llm_cost_periods (
    month date PRIMARY KEY CHECK (extract(day FROM month) = 1),
    closed_at timestamptz NOT NULL
);
COMMENT ON TABLE {schema}.llm_cost_periods IS 'Bounded: one row for each month';

CREATE FUNCTION {schema}.llm_cost_month_lock(p_month date) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT hashtextextended('{schema}.llm_cost_periods', (p_month - date '2000-01-01')::bigint) $$;

-- Two rows of buckets, added one by one.
CREATE FUNCTION {schema}.llm_cost_add(a bigint[], b bigint[]) RETURNS bigint[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT ARRAY[a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4], a[5] + b[5], a[6] + b[6], a[7] + b[7], a[8] + b[8], a[9] + b[9], a[10] + b[10], a[11] + b[11], a[12] + b[12]]
    $$;
-- Books attempts: writes their rows, and moves the days by what they changed, in one transaction. They come in the order of their keys (tenant, id, attempt), each key once; p_buckets has
-- twelve counts for each. p_months are the months in which they started, in order.
--
-- Why the days are the sum of the rows whatever runs at the same time:
-- 1. A row is either inserted here, which only one transaction can do with a key, or locked before it is read. So what a revision replaces is what was counted for it.
-- 2. Locks are taken in one order: months, then calls by key, then days by key. So writers of any batches do not deadlock.
-- 3. Whether a month is closed is read by a later statement than the one that took the month's lock. In READ COMMITTED it sees what was committed before the lock was given.
CREATE FUNCTION {schema}.llm_cost_book(
    p_months date[], p_tenants text[], p_calls uuid[], p_attempts smallint[], p_revisions int[], p_states text[], p_providers text[], p_models text[], p_tiers text[], p_regions text[],
    p_features text[], p_users text[], p_runs uuid[], p_started timestamptz[], p_responses text[], p_buckets bigint[], p_reasoning bigint[], p_pico_usd numeric[], p_suspect boolean[])
    RETURNS int
    LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_new int;
    v_locked boolean;
BEGIN
    FOR m IN 1 .. cardinality(p_months) LOOP
        v_locked := pg_advisory_xact_lock_shared({schema}.llm_cost_month_lock(p_months[m])) IS NULL;
    END LOOP;
    IF p_months[1] < (date_trunc('month', {schema}.now() AT TIME ZONE 'UTC'))::date AND current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'A call of a past month cannot be booked in a transaction that is %: it might not see that the month was closed. Use READ COMMITTED.', current_setting('transaction_isolation')
            USING ERRCODE = 'invalid_transaction_state';
    END IF;

    -- Almost always all are new, and no month is closed.
    WITH call AS (
        INSERT INTO {schema}.llm_cost_calls (
            tenant_id, call_id, attempt, revision, state, provider, model, tier, region, feature, user_id, run_id, started_at, response_id, buckets, reasoning, pico_usd, suspect)
        SELECT p_tenants[i], p_calls[i], p_attempts[i], p_revisions[i], p_states[i], p_providers[i], p_models[i], p_tiers[i], p_regions[i], p_features[i], p_users[i], p_runs[i],
            p_started[i], p_responses[i], p_buckets[12 * i - 11 : 12 * i], p_reasoning[i], p_pico_usd[i], p_suspect[i]
        FROM generate_series(1, cardinality(p_tenants)) AS i
        WHERE NOT EXISTS (SELECT FROM {schema}.llm_cost_periods p WHERE p.month = ANY (p_months))
        ON CONFLICT (tenant_id, call_id, attempt) DO NOTHING
        RETURNING tenant_id, started_at, provider, model, feature, tier, state, buckets, pico_usd),
    day AS (
        INSERT INTO {schema}.llm_cost_daily AS d (tenant_id, day, provider, model, feature, tier, calls, buckets, pico_usd, estimated_pico_usd, unpriced_calls)
        SELECT c.tenant_id, (c.started_at AT TIME ZONE 'UTC')::date AS day, c.provider, c.model, c.feature, c.tier, count(*),
            ARRAY[
                sum(c.buckets[1]), sum(c.buckets[2]), sum(c.buckets[3]), sum(c.buckets[4]), sum(c.buckets[5]), sum(c.buckets[6]),
                sum(c.buckets[7]), sum(c.buckets[8]), sum(c.buckets[9]), sum(c.buckets[10]), sum(c.buckets[11]), sum(c.buckets[12])]::bigint[],
            coalesce(sum(c.pico_usd), 0), coalesce(sum(c.pico_usd) FILTER (WHERE c.state = 'estimated'), 0), count(*) FILTER (WHERE c.pico_usd IS NULL)
        FROM call c
        GROUP BY c.tenant_id, day, c.provider, c.model, c.feature, c.tier
        ORDER BY c.tenant_id, day, c.provider, c.model, c.feature, c.tier
        ON CONFLICT (tenant_id, day, provider, model, feature, tier) DO UPDATE SET
            calls = d.calls + excluded.calls,
            buckets = {schema}.llm_cost_add(d.buckets, excluded.buckets),
            pico_usd = d.pico_usd + excluded.pico_usd,
            estimated_pico_usd = d.estimated_pico_usd + excluded.estimated_pico_usd,
            unpriced_calls = d.unpriced_calls + excluded.unpriced_calls)
    SELECT count(*) INTO v_new FROM call;
    RETURN v_new;
END
$$;
