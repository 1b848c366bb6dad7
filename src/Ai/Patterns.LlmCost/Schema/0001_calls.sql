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
