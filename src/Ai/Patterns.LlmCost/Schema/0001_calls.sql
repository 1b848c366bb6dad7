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

-- What was counted on another day than its call's: an amount (which may be negative) that belongs to the day adjusts of a closed month, and was counted on day instead. So, for each key of llm_cost_daily:
-- its figures = sum of the calls of that day - sum of the adjustments whose adjusts is that day + sum of the adjustments whose day is that day.
CREATE TABLE {schema}.llm_cost_adjustments (
    tenant_id text COLLATE "C" NOT NULL,
    call_id uuid NOT NULL,
    attempt smallint NOT NULL,
    revision int NOT NULL,
    -- 0 takes away what the revision before had counted, 1 adds what this one counts; where both have one key, 1 is the difference. 2 is the price that came later.
    leg smallint NOT NULL,
    day date NOT NULL,
    adjusts date NOT NULL,
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
COMMENT ON TABLE {schema}.llm_cost_adjustments IS 'Bounded: only what came after its month was closed';

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

-- The buckets of the call or day at a place, of twelve for each. One by one: a slice first copies the whole array, which grows with the square of a batch.
CREATE FUNCTION {schema}.llm_cost_buckets(p_buckets bigint[], p_place int) RETURNS bigint[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT ARRAY[
            p_buckets[12 * p_place - 11], p_buckets[12 * p_place - 10], p_buckets[12 * p_place - 9], p_buckets[12 * p_place - 8], p_buckets[12 * p_place - 7], p_buckets[12 * p_place - 6],
            p_buckets[12 * p_place - 5], p_buckets[12 * p_place - 4], p_buckets[12 * p_place - 3], p_buckets[12 * p_place - 2], p_buckets[12 * p_place - 1], p_buckets[12 * p_place]]
    $$;

-- Both functions book attempts: they write the rows, and move the days by what that changed, in one transaction. Attempts come in the order of their keys (tenant, id, attempt), each
-- key once, with twelve buckets for each. p_months are the months in which they started, in order.
--
-- Why the days are the sum of the rows whatever runs at the same time:
-- 1. A row is either inserted here, which only one transaction can do with a key, or locked before it is read. So what a revision takes away is what was counted for it.
-- 2. Locks are taken in one order: months, then calls by key, then days by key. So writers of any batches do not deadlock.
-- 3. A month's lock is taken before anything is read, and kept to the end. Whoever closes the month has it alone, so the month is either closed before this, and seen as closed by
--    the later statements of a volatile function in READ COMMITTED, or after this.

-- Adds to the days, in the order of their keys. What belongs to a closed month is counted today, and noted as an adjustment.
CREATE FUNCTION {schema}.llm_cost_count(p_legs {schema}.llm_cost_adjustments[]) RETURNS void
    LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_closed date[];
    v_today date := ({schema}.now() AT TIME ZONE 'UTC')::date;
BEGIN
    SELECT array_agg(p.month) INTO v_closed FROM {schema}.llm_cost_periods p WHERE p.month IN (SELECT date_trunc('month', l.adjusts)::date FROM unnest(p_legs) l);
    IF v_closed IS NOT NULL THEN
        -- Today's month is open unless it has just ended, and then the next one is.
        PERFORM pg_advisory_xact_lock_shared({schema}.llm_cost_month_lock(date_trunc('month', v_today)::date));
        IF EXISTS (SELECT FROM {schema}.llm_cost_periods p WHERE p.month = date_trunc('month', v_today)::date) THEN
            v_today := (date_trunc('month', v_today) + interval '1 month')::date;
        END IF;
        INSERT INTO {schema}.llm_cost_adjustments (
            tenant_id, call_id, attempt, revision, leg, day, adjusts, provider, model, feature, tier, calls, buckets, pico_usd, estimated_pico_usd, unpriced_calls)
        SELECT l.tenant_id, l.call_id, l.attempt, l.revision, l.leg, v_today, l.adjusts, l.provider, l.model, l.feature, l.tier, l.calls, l.buckets, l.pico_usd, l.estimated_pico_usd, l.unpriced_calls
        FROM unnest(p_legs) l
        WHERE date_trunc('month', l.adjusts)::date = ANY (v_closed);
    END IF;

    INSERT INTO {schema}.llm_cost_daily AS d (tenant_id, day, provider, model, feature, tier, calls, buckets, pico_usd, estimated_pico_usd, unpriced_calls)
    SELECT l.tenant_id, CASE WHEN date_trunc('month', l.adjusts)::date = ANY (v_closed) THEN v_today ELSE l.adjusts END AS counted, l.provider, l.model, l.feature, l.tier, sum(l.calls),
        ARRAY[
            sum(l.buckets[1]), sum(l.buckets[2]), sum(l.buckets[3]), sum(l.buckets[4]), sum(l.buckets[5]), sum(l.buckets[6]),
            sum(l.buckets[7]), sum(l.buckets[8]), sum(l.buckets[9]), sum(l.buckets[10]), sum(l.buckets[11]), sum(l.buckets[12])]::bigint[],
        sum(l.pico_usd), sum(l.estimated_pico_usd), sum(l.unpriced_calls)
    FROM unnest(p_legs) l
    GROUP BY l.tenant_id, counted, l.provider, l.model, l.feature, l.tier
    ORDER BY l.tenant_id, counted, l.provider, l.model, l.feature, l.tier
    ON CONFLICT (tenant_id, day, provider, model, feature, tier) DO UPDATE SET
        calls = d.calls + excluded.calls,
        buckets = {schema}.llm_cost_add(d.buckets, excluded.buckets),
        pico_usd = d.pico_usd + excluded.pico_usd,
        estimated_pico_usd = d.estimated_pico_usd + excluded.estimated_pico_usd,
        unpriced_calls = d.unpriced_calls + excluded.unpriced_calls;
END
$$;

-- What a row counts on its day, as a leg to be added (1) or taken away (-1).
CREATE FUNCTION {schema}.llm_cost_leg(p_row {schema}.llm_cost_calls, p_revision int, p_sign int) RETURNS {schema}.llm_cost_adjustments
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT ROW(
            p_row.tenant_id, p_row.call_id, p_row.attempt, p_revision, CASE p_sign WHEN 1 THEN 1 ELSE 0 END::smallint, NULL::date, (p_row.started_at AT TIME ZONE 'UTC')::date,
            p_row.provider, p_row.model, p_row.feature, p_row.tier, p_sign::bigint, ARRAY(SELECT p_sign * b FROM unnest(p_row.buckets) WITH ORDINALITY AS u (b, n) ORDER BY n),
            p_sign * coalesce(p_row.pico_usd, 0), CASE WHEN p_row.state = 'estimated' THEN p_sign * coalesce(p_row.pico_usd, 0) ELSE 0 END,
            CASE WHEN p_row.pico_usd IS NULL THEN p_sign ELSE 0 END::bigint)::{schema}.llm_cost_adjustments
    $$;

-- What was set aside for a call is settled by what it cost.
CREATE FUNCTION {schema}.llm_cost_settle(p_tenants text[], p_calls uuid[]) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET enable_seqscan = off
AS $$
BEGIN
    DELETE FROM {schema}.llm_cost_reservations r USING unnest(p_tenants, p_calls) AS u (tenant, call) WHERE r.tenant_id = u.tenant AND r.call_id = u.call;
END
$$;

-- The general way: attempts may be new, known, or replace a lower revision, and their months may be closed. Returns how many rows changed.
CREATE FUNCTION {schema}.llm_cost_book_each(
    p_months date[], p_tenants text[], p_calls uuid[], p_attempts smallint[], p_revisions int[], p_states text[], p_providers text[], p_models text[], p_tiers text[], p_regions text[],
    p_features text[], p_users text[], p_runs uuid[], p_started timestamptz[], p_responses text[], p_buckets bigint[], p_reasoning bigint[], p_pico_usd numeric[], p_suspect boolean[])
    RETURNS int
    LANGUAGE plpgsql VOLATILE
    -- Plans are made once, and often on empty tables, where a scan of all looks as cheap as the index.
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET jit = off
AS $$
DECLARE
    v_new {schema}.llm_cost_calls;
    v_old {schema}.llm_cost_calls;
    v_legs {schema}.llm_cost_adjustments[];
    v_added {schema}.llm_cost_adjustments;
    v_taken {schema}.llm_cost_adjustments;
    v_changed int := 0;
BEGIN
    PERFORM pg_advisory_xact_lock_shared({schema}.llm_cost_month_lock(m)) FROM unnest(p_months) m;
    IF p_months[1] < date_trunc('month', {schema}.now() AT TIME ZONE 'UTC')::date AND current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'A call of a past month cannot be booked in a transaction that is %: it might not see that the month was closed. Use READ COMMITTED.', current_setting('transaction_isolation')
            USING ERRCODE = 'invalid_transaction_state';
    END IF;

    FOR i IN 1 .. cardinality(p_tenants) LOOP
        v_new := ROW(
            p_tenants[i], p_calls[i], p_attempts[i], p_revisions[i], p_states[i], p_providers[i], p_models[i], p_tiers[i], p_regions[i], p_features[i], p_users[i], p_runs[i],
            p_started[i], p_responses[i], {schema}.llm_cost_buckets(p_buckets, i), p_reasoning[i], p_pico_usd[i], p_suspect[i]);
        INSERT INTO {schema}.llm_cost_calls SELECT v_new.* ON CONFLICT (tenant_id, call_id, attempt) DO NOTHING;
        IF FOUND THEN
            v_legs := v_legs || {schema}.llm_cost_leg(v_new, v_new.revision, 1);
            v_changed := v_changed + 1;
            CONTINUE;
        END IF;

        SELECT c.* INTO v_old FROM {schema}.llm_cost_calls c
        WHERE c.tenant_id = v_new.tenant_id AND c.call_id = v_new.call_id AND c.attempt = v_new.attempt FOR UPDATE;
        -- Not there any more: its partition has just been dropped, and a call that old counts no longer.
        IF NOT FOUND OR v_old.revision >= v_new.revision THEN
            CONTINUE;
        END IF;

        UPDATE {schema}.llm_cost_calls c
        SET revision = v_new.revision, state = v_new.state, provider = v_new.provider, model = v_new.model, tier = v_new.tier, region = v_new.region, feature = v_new.feature,
            user_id = v_new.user_id, run_id = v_new.run_id, started_at = v_new.started_at, response_id = v_new.response_id, buckets = v_new.buckets, reasoning = v_new.reasoning,
            pico_usd = v_new.pico_usd, suspect = v_new.suspect
        WHERE c.tenant_id = v_new.tenant_id AND c.call_id = v_new.call_id AND c.attempt = v_new.attempt;
        v_changed := v_changed + 1;
        v_added := {schema}.llm_cost_leg(v_new, v_new.revision, 1);
        v_taken := {schema}.llm_cost_leg(v_old, v_new.revision, -1);
        IF NOT date_trunc('month', v_taken.adjusts)::date = ANY (p_months) THEN
            PERFORM pg_advisory_xact_lock_shared({schema}.llm_cost_month_lock(date_trunc('month', v_taken.adjusts)::date));
        END IF;
        IF (v_taken.adjusts, v_taken.provider, v_taken.model, v_taken.feature, v_taken.tier) = (v_added.adjusts, v_added.provider, v_added.model, v_added.feature, v_added.tier) THEN
            v_added.calls := 0;
            v_added.buckets := {schema}.llm_cost_add(v_added.buckets, v_taken.buckets);
            v_added.pico_usd := v_added.pico_usd + v_taken.pico_usd;
            v_added.estimated_pico_usd := v_added.estimated_pico_usd + v_taken.estimated_pico_usd;
            v_added.unpriced_calls := v_added.unpriced_calls + v_taken.unpriced_calls;
            v_legs := v_legs || v_added;
        ELSE
            v_legs := v_legs || v_taken || v_added;
        END IF;
    END LOOP;

    IF v_changed > 0 THEN
        PERFORM {schema}.llm_cost_count(v_legs);
    END IF;
    PERFORM {schema}.llm_cost_settle(p_tenants, p_calls);
    RETURN v_changed;
END
$$;

-- The way of nearly all: every attempt is new and of a month that is not over, so that nothing has to be read. The client has summed them up by day: p_first is the place of the first
-- attempt of each key of llm_cost_daily, in the order of those keys. If one is known after all, everything is done again in the general way.
CREATE FUNCTION {schema}.llm_cost_book(
    p_months date[], p_tenants text[], p_calls uuid[], p_attempts smallint[], p_revisions int[], p_states text[], p_providers text[], p_models text[], p_tiers text[], p_regions text[],
    p_features text[], p_users text[], p_runs uuid[], p_started timestamptz[], p_responses text[], p_buckets bigint[], p_reasoning bigint[], p_pico_usd numeric[], p_suspect boolean[],
    p_first int[], p_days date[], p_day_calls bigint[], p_day_buckets bigint[], p_day_pico_usd numeric[], p_day_estimated numeric[], p_day_unpriced bigint[])
    RETURNS int
    LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_locked boolean;
BEGIN
    FOR m IN 1 .. cardinality(p_months) LOOP
        v_locked := pg_advisory_xact_lock_shared({schema}.llm_cost_month_lock(p_months[m])) IS NULL;
    END LOOP;

    -- A month that is not over cannot be closed, and while its lock is held nobody closes it.
    IF p_months[1] >= date_trunc('month', {schema}.now() AT TIME ZONE 'UTC')::date THEN
        BEGIN
            -- Without ON CONFLICT, which costs a second look at the index and a second record in the log for each row.
            IF cardinality(p_calls) = 1 THEN
                -- As a lone caller's batch has: without the scans that many take.
                INSERT INTO {schema}.llm_cost_calls (
                    tenant_id, call_id, attempt, revision, state, provider, model, tier, region, feature, user_id, run_id, started_at, response_id, buckets, reasoning, pico_usd, suspect)
                VALUES (p_tenants[1], p_calls[1], p_attempts[1], p_revisions[1], p_states[1], p_providers[1], p_models[1], p_tiers[1], p_regions[1], p_features[1], p_users[1], p_runs[1],
                    p_started[1], p_responses[1], p_buckets, p_reasoning[1], p_pico_usd[1], p_suspect[1]);

                INSERT INTO {schema}.llm_cost_daily AS d (tenant_id, day, provider, model, feature, tier, calls, buckets, pico_usd, estimated_pico_usd, unpriced_calls)
                VALUES (p_tenants[1], p_days[1], p_providers[1], p_models[1], p_features[1], p_tiers[1], 1, p_day_buckets, p_day_pico_usd[1], p_day_estimated[1], p_day_unpriced[1])
                ON CONFLICT (tenant_id, day, provider, model, feature, tier) DO UPDATE SET
                    calls = d.calls + excluded.calls,
                    buckets = {schema}.llm_cost_add(d.buckets, excluded.buckets),
                    pico_usd = d.pico_usd + excluded.pico_usd,
                    estimated_pico_usd = d.estimated_pico_usd + excluded.estimated_pico_usd,
                    unpriced_calls = d.unpriced_calls + excluded.unpriced_calls;
            ELSE
                INSERT INTO {schema}.llm_cost_calls (
                    tenant_id, call_id, attempt, revision, state, provider, model, tier, region, feature, user_id, run_id, started_at, response_id, buckets, reasoning, pico_usd, suspect)
                SELECT p_tenants[i], u.call, p_attempts[i], p_revisions[i], p_states[i], p_providers[i], p_models[i], p_tiers[i], p_regions[i], p_features[i], p_users[i], p_runs[i],
                    p_started[i], p_responses[i], {schema}.llm_cost_buckets(p_buckets, i::int), p_reasoning[i], p_pico_usd[i], p_suspect[i]
                FROM unnest(p_calls) WITH ORDINALITY AS u (call, i);

                INSERT INTO {schema}.llm_cost_daily AS d (tenant_id, day, provider, model, feature, tier, calls, buckets, pico_usd, estimated_pico_usd, unpriced_calls)
                SELECT p_tenants[u.i], p_days[j], p_providers[u.i], p_models[u.i], p_features[u.i], p_tiers[u.i],
                    p_day_calls[j], {schema}.llm_cost_buckets(p_day_buckets, j::int), p_day_pico_usd[j], p_day_estimated[j], p_day_unpriced[j]
                FROM unnest(p_first) WITH ORDINALITY AS u (i, j)
                ON CONFLICT (tenant_id, day, provider, model, feature, tier) DO UPDATE SET
                    calls = d.calls + excluded.calls,
                    buckets = {schema}.llm_cost_add(d.buckets, excluded.buckets),
                    pico_usd = d.pico_usd + excluded.pico_usd,
                    estimated_pico_usd = d.estimated_pico_usd + excluded.estimated_pico_usd,
                    unpriced_calls = d.unpriced_calls + excluded.unpriced_calls;
            END IF;

            IF EXISTS (SELECT FROM {schema}.llm_cost_reservations) THEN
                PERFORM {schema}.llm_cost_settle(p_tenants, p_calls);
            END IF;
            RETURN cardinality(p_calls);
        EXCEPTION WHEN unique_violation THEN
            -- One is known.
        END;
    END IF;

    RETURN {schema}.llm_cost_book_each(
        p_months, p_tenants, p_calls, p_attempts, p_revisions, p_states, p_providers, p_models, p_tiers, p_regions, p_features, p_users, p_runs, p_started, p_responses, p_buckets,
        p_reasoning, p_pico_usd, p_suspect);
END
$$;
