-- Carries out many operations, of any kinds and accounts, in one transaction. They come in segments: neighbours of one account that are all spends, or one operation of another
-- kind (p_ends is each segment's last operation). Accounts come in the order of their keys.
--
-- Why no interleaving can overspend:
-- 1. The row of an account is locked before anything of it is read, and the lock is held until the transaction ends. So of any two operations of an account, one has
--    committed before the other reads.
-- 2. Lots, keys and holds are read by later statements of this function. In READ COMMITTED each statement of a volatile function takes a snapshot of its own, so it sees
--    all that committed before the lock was given. A statement that locked and read at once would read as of before its wait. (In a transaction with an older
--    snapshot, REPEATABLE READ or above, the lock fails with 40001 instead when the row has changed.)
-- 3. From then on the account's figures are in variables, and each operation is checked against what the one before it left.
-- 4. CHECK constraints of accounts and lots refuse what is negative, should 1 to 3 be wrong.
--
-- Without p_wait an account whose row somebody has is left alone: its operations are answered 0 and nothing waits, so that batches cannot deadlock.
--
-- A spend is answered by its place: o_status (see 0003_operations.sql), o_figures (what is available after it, or what there is when that is too little), o_seqs (its last
-- entry), its place in o_crossed if it crossed the watermark, and its lines. Other operations say more in o_more.
CREATE FUNCTION {schema}.credit_ledger_apply(
    p_wait boolean, p_refuse_in_debt boolean, p_remembered interval, p_tenants text[], p_assets text[], p_ends int[],
    p_kinds smallint[], p_ops uuid[], p_keys text[], p_hashes bytea[], p_amounts bigint[], p_twins int[], p_abouts text[], p_reasons text[], p_references text[], p_more jsonb[],
    OUT o_status smallint[], OUT o_figures bigint[], OUT o_seqs bigint[], OUT o_crossed int[], OUT o_more jsonb[],
    OUT o_line_ops int[], OUT o_line_lots uuid[], OUT o_line_pools text[], OUT o_line_amounts bigint[])
    LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan
    -- The plans are made once, and often on empty tables, where everything looks equally cheap: a scan of the table, or all lots of an account and a sort instead of the first by index.
    -- What must be sorted all the same then looks so dear that it would be compiled, for a tenth of a second.
    SET enable_seqscan = off
    SET enable_sort = off
    SET jit = off
AS $$
DECLARE
    v_first int;
    v_last int := 0;
    v_tenant text;
    v_asset text;
    v_account {schema}.credit_ledger_accounts;
    v_at timestamptz;
    o {schema}.credit_ledger_operation;
    v_status int;
    v_figure bigint;
    v_more jsonb;
    v_known text[];
    v_available bigint;
    v_debt bigint;
    v_below boolean;
    v_amount bigint;
    v_found bigint;
    v_owed bigint;
    v_take bigint;
    v_recognised bigint;
    v_twin int;
    v_lines int := 0;
    k int;
    -- The lots of the account, as far as they were fetched, in drain order; those before l_at are empty. Each is found again by its place in the table, which only who has the
    -- account's lock can change: by its id, a plan that was made on a small table might read all lots of the account.
    c_lots refcursor;
    l_open boolean;
    l_count int;
    l_at int;
    l_place tid[];
    l_id uuid[];
    l_pool text[];
    l_was bigint[];
    l_left bigint[];
    l_cost bigint[];
    l_of bigint[];
    l_done bigint[];
    v_lot record;
    -- The entries of the segment.
    e_count int;
    e_op int[];
    e_lot int[];
    e_amount bigint[];
    e_available bigint[];
    e_debt bigint[];
    e_recognised bigint[];
BEGIN
    -- An array that is first assigned at its third place begins there, and a client would take that for the first.
    o_figures := array_fill(NULL::bigint, ARRAY[cardinality(p_kinds)]);
    o_seqs := array_fill(NULL::bigint, ARRAY[cardinality(p_kinds)]);
    o_more := array_fill(NULL::jsonb, ARRAY[cardinality(p_kinds)]);
    FOR s IN 1 .. cardinality(p_tenants) LOOP
        v_first := v_last + 1;
        v_last := p_ends[s];
        v_tenant := p_tenants[s];
        v_asset := p_assets[s];

        IF p_wait THEN
            SELECT a.* INTO v_account FROM {schema}.credit_ledger_accounts a WHERE a.tenant_id = v_tenant AND a.asset = v_asset FOR UPDATE;
        ELSE
            SELECT a.* INTO v_account FROM {schema}.credit_ledger_accounts a WHERE a.tenant_id = v_tenant AND a.asset = v_asset FOR UPDATE SKIP LOCKED;
        END IF;
        IF NOT FOUND THEN
            SELECT n.o_state INTO v_status FROM {schema}.credit_ledger_missing(v_tenant, v_asset, p_wait, p_kinds[v_first] IN (3, 10, 11)) n;
            IF v_status <> 1 THEN
                FOR i IN v_first .. v_last LOOP
                    o_status[i] := CASE WHEN v_status = 0 THEN 0 WHEN p_kinds[i] IN (1, 2, 4) THEN 4 ELSE 7 END;
                    o_figures[i] := 0;
                END LOOP;
                CONTINUE;
            END IF;
            SELECT a.* INTO STRICT v_account FROM {schema}.credit_ledger_accounts a WHERE a.tenant_id = v_tenant AND a.asset = v_asset;
        END IF;

        v_at := greatest({schema}.now(), v_account.last_at);
        IF v_account.due_at <= v_at THEN
            PERFORM {schema}.credit_ledger_expire(v_tenant, v_asset, v_at);
            SELECT a.* INTO STRICT v_account FROM {schema}.credit_ledger_accounts a WHERE a.tenant_id = v_tenant AND a.asset = v_asset;
        END IF;

        IF p_kinds[v_first] > 2 THEN
            o := ROW(v_tenant, v_asset, v_at, p_ops[v_first], p_keys[v_first], p_hashes[v_first], p_amounts[v_first], p_reasons[v_first], p_references[v_first], p_abouts[v_first]);
            SELECT n.* INTO v_status, v_figure, v_more
            FROM {schema}.credit_ledger_one(o, v_account, p_kinds[v_first], p_more[v_first], p_refuse_in_debt, p_remembered) n;
            o_status[v_first] := v_status;
            o_figures[v_first] := v_figure;
            o_more[v_first] := v_more;
            IF v_status = 1 AND p_kinds[v_first] = 4 THEN
                UPDATE {schema}.credit_ledger_accounts a SET below_watermark = true
                WHERE a.tenant_id = v_tenant AND a.asset = v_asset AND a.available < a.low_watermark AND NOT a.below_watermark;
                IF FOUND THEN
                    o_crossed := o_crossed || v_first;
                END IF;
            END IF;
            CONTINUE;
        END IF;

        -- One spend that its first lot can pay, which most are: all in one statement, since to start a statement costs as much as it does. Otherwise this changes nothing.
        IF v_first = v_last AND p_kinds[v_first] = 1 AND NOT (p_refuse_in_debt AND v_account.debt > v_account.overdraft_limit) THEN
            WITH spend AS (
                SELECT l.place, l.lot_id, l.pool,
                    {schema}.credit_ledger_recognised(l.cost_minor - l.moved_minor, l.consumed + l.expired + p_amounts[v_first], l.granted - l.moved)
                        - {schema}.credit_ledger_recognised(l.cost_minor - l.moved_minor, l.consumed + l.expired, l.granted - l.moved) AS recognised
                FROM (
                    SELECT f.ctid AS place, f.* FROM {schema}.credit_ledger_lots f
                    WHERE f.tenant_id = v_tenant AND f.asset = v_asset AND f.is_open AND f.effective_at <= v_at AND f.expires_at > v_at
                    ORDER BY f.priority, f.expires_at, f.effective_at, f.lot_id LIMIT 1) AS l
                WHERE l.remaining >= p_amounts[v_first] AND NOT EXISTS (
                    SELECT FROM {schema}.credit_ledger_of_key(v_tenant, v_asset, p_keys[v_first]) e
                    WHERE e.kind IN (2, 4) AND e.at > v_at - p_remembered AND e.at <= v_at)),
            entry AS (
                INSERT INTO {schema}.credit_ledger_entries (
                    tenant_id, asset, seq, at, op_id, op_key, kind, lot_id, pool, d_available, d_held, d_debt, available_after, held_after, debt_after,
                    recognised_minor, reason, reference, content_hash)
                SELECT v_tenant, v_asset, v_account.last_seq + 1, v_at, p_ops[v_first], p_keys[v_first], 2, s.lot_id, s.pool, -p_amounts[v_first], 0, 0,
                    v_account.available - p_amounts[v_first], v_account.held, v_account.debt, s.recognised, p_reasons[v_first], p_references[v_first], p_hashes[v_first]
                FROM spend s),
            lot AS (
                UPDATE {schema}.credit_ledger_lots l SET remaining = l.remaining - p_amounts[v_first], is_open = l.remaining > p_amounts[v_first], consumed = l.consumed + p_amounts[v_first]
                WHERE l.ctid = (SELECT s.place FROM spend s))
            UPDATE {schema}.credit_ledger_accounts a
            SET available = a.available - p_amounts[v_first], last_seq = a.last_seq + 1, last_at = v_at,
                below_watermark = a.below_watermark OR coalesce(a.available - p_amounts[v_first] < a.low_watermark, false)
            FROM spend s WHERE a.tenant_id = v_tenant AND a.asset = v_asset
            RETURNING s.lot_id, s.pool, a.available, a.last_seq, a.below_watermark INTO v_lot;
            IF FOUND THEN
                v_lines := v_lines + 1;
                o_line_ops[v_lines] := v_first;
                o_line_lots[v_lines] := v_lot.lot_id;
                o_line_pools[v_lines] := v_lot.pool;
                o_line_amounts[v_lines] := p_amounts[v_first];
                o_status[v_first] := 1;
                o_figures[v_first] := v_lot.available;
                o_seqs[v_first] := v_lot.last_seq;
                IF v_lot.below_watermark AND NOT v_account.below_watermark THEN
                    o_crossed := o_crossed || v_first;
                END IF;
                CONTINUE;
            END IF;
        END IF;

        -- Which of the keys are known, and the lot that is drained first.
        SELECT
            (SELECT array_agg(n.key) FROM unnest(p_keys[v_first:v_last]) AS n (key) CROSS JOIN LATERAL (
                SELECT FROM {schema}.credit_ledger_of_key(v_tenant, v_asset, n.key) e
                WHERE e.kind IN (2, 4) AND e.at > v_at - p_remembered AND e.at <= v_at LIMIT 1) AS earlier) AS known,
            l.place, l.lot_id, l.pool, l.remaining, l.cost_minor - l.moved_minor AS cost, l.granted - l.moved AS granted, l.consumed + l.expired AS done
        INTO v_lot
        FROM (SELECT) AS always
        LEFT JOIN LATERAL (
            SELECT f.ctid AS place, f.* FROM {schema}.credit_ledger_lots f
            WHERE f.tenant_id = v_tenant AND f.asset = v_asset AND f.is_open AND f.effective_at <= v_at AND f.expires_at > v_at
            ORDER BY f.priority, f.expires_at, f.effective_at, f.lot_id LIMIT 1) AS l ON true;
        v_known := v_lot.known;
        l_count := 0;
        l_open := false;
        l_at := 1;
        e_count := 0;
        v_available := v_account.available;
        v_debt := v_account.debt;
        v_below := v_account.below_watermark;
        FOR i IN v_first .. v_last LOOP
            IF v_known IS NOT NULL AND p_keys[i] = ANY (v_known) THEN
                o := ROW(v_tenant, v_asset, v_at, p_ops[i], p_keys[i], p_hashes[i], NULL, NULL, NULL, NULL);
                SELECT n.* INTO v_status, v_more FROM {schema}.credit_ledger_known(o, '{2,4}', p_remembered) n;
                o_status[i] := v_status;
                o_more[i] := v_more;
                -- The answer to this very call was lost, and with it that it crossed the watermark.
                IF v_status = 1 AND (v_more ->> 'available')::bigint < v_account.low_watermark AND (v_more ->> 'available')::bigint + p_amounts[i] >= v_account.low_watermark THEN
                    o_crossed := o_crossed || i;
                END IF;
                CONTINUE;
            END IF;
            v_twin := p_twins[i];
            WHILE v_twin > 0 AND o_status[v_twin] NOT IN (1, 13) LOOP
                v_twin := p_twins[v_twin];
            END LOOP;
            IF v_twin > 0 THEN
                o_status[i] := 13;
                CONTINUE;
            END IF;
            IF p_refuse_in_debt AND v_debt > v_account.overdraft_limit THEN
                o_status[i] := 5;
                CONTINUE;
            END IF;

            -- Is there enough? Lots are fetched as far as they are needed.
            v_amount := p_amounts[i];
            v_found := 0;
            k := l_at;
            WHILE v_found < v_amount LOOP
                IF k > l_count THEN
                    -- The first one came with the keys.
                    IF l_count > 0 THEN
                        IF NOT l_open THEN
                            OPEN c_lots FOR
                                SELECT l.ctid AS place, l.lot_id, l.pool, l.remaining, l.cost_minor - l.moved_minor AS cost, l.granted - l.moved AS granted, l.consumed + l.expired AS done
                                FROM {schema}.credit_ledger_lots l
                                WHERE l.tenant_id = v_tenant AND l.asset = v_asset AND l.is_open AND l.effective_at <= v_at AND l.expires_at > v_at
                                ORDER BY l.priority, l.expires_at, l.effective_at, l.lot_id OFFSET 1;
                            l_open := true;
                        END IF;
                        FETCH c_lots INTO v_lot;
                    END IF;
                    EXIT WHEN v_lot.lot_id IS NULL;
                    l_count := k;
                    l_place[k] := v_lot.place;
                    l_id[k] := v_lot.lot_id;
                    l_pool[k] := v_lot.pool;
                    l_was[k] := v_lot.remaining;
                    l_left[k] := v_lot.remaining;
                    l_cost[k] := v_lot.cost;
                    l_of[k] := v_lot.granted;
                    l_done[k] := v_lot.done;
                END IF;
                v_found := v_found + l_left[k];
                k := k + 1;
            END LOOP;
            v_owed := 0;
            IF v_found < v_amount THEN
                IF p_kinds[i] = 2 AND v_found > 0 THEN
                    v_amount := v_found;
                ELSIF p_kinds[i] = 1 AND v_amount - v_found <= v_account.overdraft_limit - v_debt THEN
                    v_owed := v_amount - v_found;
                ELSE
                    o_status[i] := 4;
                    o_figures[i] := v_found;
                    CONTINUE;
                END IF;
            END IF;

            v_amount := v_amount - v_owed;
            WHILE v_amount > 0 LOOP
                v_take := least(v_amount, l_left[l_at]);
                v_recognised := 0;
                IF l_cost[l_at] > 0 THEN
                    v_recognised := {schema}.credit_ledger_recognised(l_cost[l_at], l_done[l_at] + v_take, l_of[l_at]) - {schema}.credit_ledger_recognised(l_cost[l_at], l_done[l_at], l_of[l_at]);
                    l_done[l_at] := l_done[l_at] + v_take;
                END IF;
                v_amount := v_amount - v_take;
                v_available := v_available - v_take;
                e_count := e_count + 1;
                e_op[e_count] := i;
                e_lot[e_count] := l_at;
                e_amount[e_count] := v_take;
                e_available[e_count] := v_available;
                e_debt[e_count] := v_debt;
                e_recognised[e_count] := v_recognised;
                v_lines := v_lines + 1;
                o_line_ops[v_lines] := i;
                o_line_lots[v_lines] := l_id[l_at];
                o_line_pools[v_lines] := l_pool[l_at];
                o_line_amounts[v_lines] := v_take;
                l_left[l_at] := l_left[l_at] - v_take;
                IF l_left[l_at] = 0 THEN
                    l_at := l_at + 1;
                END IF;
            END LOOP;
            IF v_owed > 0 THEN
                v_debt := v_debt + v_owed;
                e_count := e_count + 1;
                e_op[e_count] := i;
                e_lot[e_count] := NULL;
                e_amount[e_count] := v_owed;
                e_available[e_count] := v_available;
                e_debt[e_count] := v_debt;
                e_recognised[e_count] := 0;
                v_lines := v_lines + 1;
                o_line_ops[v_lines] := i;
                o_line_lots[v_lines] := NULL;
                o_line_pools[v_lines] := NULL;
                o_line_amounts[v_lines] := v_owed;
            END IF;
            o_status[i] := 1;
            o_figures[i] := v_available;
            o_seqs[i] := v_account.last_seq + e_count;
            IF v_available < v_account.low_watermark AND NOT v_below THEN
                v_below := true;
                o_crossed := o_crossed || i;
            END IF;
        END LOOP;
        IF l_open THEN
            CLOSE c_lots;
        END IF;
        CONTINUE WHEN e_count = 0;

        INSERT INTO {schema}.credit_ledger_entries (
            tenant_id, asset, seq, at, op_id, op_key, kind, lot_id, pool, d_available, d_held, d_debt, available_after, held_after, debt_after,
            recognised_minor, reason, reference, content_hash)
        SELECT
            v_tenant, v_asset, v_account.last_seq + e.place, v_at, p_ops[e.op], p_keys[e.op], 2, l_id[e.lot], l_pool[e.lot],
            CASE WHEN e.lot IS NULL THEN 0 ELSE -e.amount END, 0, CASE WHEN e.lot IS NULL THEN e.amount ELSE 0 END, e.available, v_account.held, e.debt,
            e.recognised, p_reasons[e.op], p_references[e.op], p_hashes[e.op]
        FROM unnest(e_op[1:e_count], e_lot[1:e_count], e_amount[1:e_count], e_available[1:e_count], e_debt[1:e_count], e_recognised[1:e_count])
            WITH ORDINALITY AS e (op, lot, amount, available, debt, recognised, place);
        FOR k IN 1 .. least(l_at, l_count) LOOP
            UPDATE {schema}.credit_ledger_lots l SET remaining = l_left[k], is_open = l_left[k] > 0, consumed = l.consumed + l_was[k] - l_left[k]
            WHERE l.ctid = l_place[k] AND l.remaining <> l_left[k];
        END LOOP;
        UPDATE {schema}.credit_ledger_accounts a
        SET available = v_available, debt = v_debt, last_seq = v_account.last_seq + e_count, last_at = v_at, below_watermark = v_below
        WHERE a.tenant_id = v_tenant AND a.asset = v_asset;
    END LOOP;
END
$$;

-- An account whose row could not be had: 0 somebody has it, 1 it was made here and is locked, 2 there is none. Only who has the account's advisory lock may make its row, so
-- that the INSERT never waits for another's.
CREATE FUNCTION {schema}.credit_ledger_missing(p_tenant text, p_asset text, p_wait boolean, p_make boolean, OUT o_state int)
    LANGUAGE plpgsql AS $$
DECLARE
    v_lock bigint := hashtextextended(p_asset, hashtextextended(p_tenant, hashtextextended('{schema}.credit_ledger', 0)));
BEGIN
    o_state := 0;
    IF EXISTS (SELECT FROM {schema}.credit_ledger_accounts a WHERE a.tenant_id = p_tenant AND a.asset = p_asset) THEN
        IF p_wait THEN
            PERFORM FROM {schema}.credit_ledger_accounts a WHERE a.tenant_id = p_tenant AND a.asset = p_asset FOR UPDATE;
            o_state := 1;
        END IF;
        RETURN;
    ELSIF NOT p_make THEN
        o_state := 2;
        RETURN;
    END IF;

    IF p_wait THEN
        PERFORM pg_advisory_xact_lock(v_lock);
    ELSIF NOT pg_try_advisory_xact_lock(v_lock) THEN
        RETURN;
    END IF;
    INSERT INTO {schema}.credit_ledger_accounts (tenant_id, asset) VALUES (p_tenant, p_asset) ON CONFLICT DO NOTHING;
    IF p_wait THEN
        PERFORM FROM {schema}.credit_ledger_accounts a WHERE a.tenant_id = p_tenant AND a.asset = p_asset FOR UPDATE;
    ELSE
        PERFORM FROM {schema}.credit_ledger_accounts a WHERE a.tenant_id = p_tenant AND a.asset = p_asset FOR UPDATE SKIP LOCKED;
    END IF;
    o_state := CASE WHEN FOUND THEN 1 ELSE 0 END;
END
$$;

-- Kinds of operations: 1 spend, 2 spend up to, 3 grant, 4 hold, 5 settle, 6 release, 7 extend, 8 refund, 9 revoke, 10 configure, 11 begin or fail a reload.
CREATE FUNCTION {schema}.credit_ledger_one(
    o {schema}.credit_ledger_operation, p_account {schema}.credit_ledger_accounts, p_kind int, p_more jsonb, p_refuse_in_debt boolean, p_remembered interval,
    OUT o_status int, OUT o_figure bigint, OUT o_more jsonb)
    LANGUAGE plpgsql AS $$
BEGIN
    CASE p_kind
        WHEN 3 THEN SELECT n.* INTO o_status, o_figure, o_more FROM {schema}.credit_ledger_grant(o, p_account, p_more) n;
        WHEN 4 THEN SELECT n.* INTO o_status, o_figure, o_more FROM {schema}.credit_ledger_hold(o, p_account, p_more, p_refuse_in_debt) n;
        WHEN 5 THEN SELECT n.* INTO o_status, o_figure, o_more FROM {schema}.credit_ledger_settle(o, p_account, p_more, p_remembered) n;
        WHEN 6 THEN SELECT n.* INTO o_status, o_figure, o_more FROM {schema}.credit_ledger_release(o) n;
        WHEN 7 THEN SELECT n.* INTO o_status, o_figure, o_more FROM {schema}.credit_ledger_extend(o, p_more) n;
        WHEN 8 THEN SELECT n.* INTO o_status, o_figure, o_more FROM {schema}.credit_ledger_refund(o, p_account, p_more, p_remembered) n;
        WHEN 9 THEN SELECT n.* INTO o_status, o_figure, o_more FROM {schema}.credit_ledger_revoke(o, p_account, p_more, p_remembered) n;
        WHEN 10 THEN SELECT n.* INTO o_status, o_figure, o_more FROM {schema}.credit_ledger_configure(o, p_more) n;
        WHEN 11 THEN SELECT n.* INTO o_status, o_figure, o_more FROM {schema}.credit_ledger_reload(o, p_account, p_more) n;
    END CASE;
END
$$;
