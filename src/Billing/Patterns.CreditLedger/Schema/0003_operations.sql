-- The operations that are carried out one by one, in the lock of their account and after what was due in it. Each answers with a status:
--   0 busy, 1 applied, 2 replayed, 3 conflict, 4 insufficient, 5 in debt, 6 over the range of bigint, 7 not found, 8 already settled, 9 already released, 10 the hold
--   expired, 11 more than there is, 12 in progress, 13 the same as another operation of the call
-- with a figure (what was found, where less was found than asked), and with more about it as JSON.

-- What an operation wrote, for those who are told about it now or again.
CREATE FUNCTION {schema}.credit_ledger_told(p_tenant text, p_asset text, p_key text, p_op uuid) RETURNS jsonb
    LANGUAGE sql STABLE AS $$
        SELECT jsonb_build_object(
            'seq', max(e.seq), 'available', (array_agg(e.available_after ORDER BY e.seq DESC))[1], 'asked', max(e.asked), 'about', max(e.about),
            'lines', jsonb_agg(jsonb_build_object(
                'kind', e.kind, 'lot', e.lot_id, 'pool', e.pool, 'amount', greatest(abs(e.d_available), abs(e.d_held), abs(e.d_debt))) ORDER BY e.seq))
        FROM {schema}.credit_ledger_of_key(p_tenant, p_asset, p_key) e WHERE e.op_id = p_op
    $$;

-- Whether an operation of these kinds with this key was applied before: by this very call, of which the answer was lost (1), by an equal one (2), or by another (3).
CREATE FUNCTION {schema}.credit_ledger_known(o {schema}.credit_ledger_operation, p_kinds int[], p_remembered interval, OUT o_status int, OUT o_more jsonb)
    LANGUAGE plpgsql AS $$
DECLARE
    v_first record;
BEGIN
    SELECT e.op_id, e.content_hash INTO v_first FROM {schema}.credit_ledger_of_key(o.tenant, o.asset, o.key) e
    WHERE e.kind = ANY (p_kinds) AND e.at > o.at - p_remembered AND e.at <= o.at
    ORDER BY e.seq DESC LIMIT 1;
    IF FOUND THEN
        o_status := CASE WHEN v_first.op_id = o.op THEN 1 WHEN v_first.content_hash = o.hash THEN 2 ELSE 3 END;
        IF o_status < 3 THEN
            o_more := {schema}.credit_ledger_told(o.tenant, o.asset, o.key, v_first.op_id);
        END IF;
    END IF;
END
$$;

-- p_more: pool, priority, effective, expires, cost, currency.
CREATE FUNCTION {schema}.credit_ledger_grant(o {schema}.credit_ledger_operation, p_account {schema}.credit_ledger_accounts, p_more jsonb, OUT o_status int, OUT o_figure bigint, OUT o_more jsonb)
    LANGUAGE plpgsql AS $$
DECLARE
    v_lot {schema}.credit_ledger_lots;
BEGIN
    SELECT l.* INTO v_lot FROM {schema}.credit_ledger_lots l WHERE l.tenant_id = o.tenant AND l.asset = o.asset AND l.grant_key = o.key;
    IF FOUND THEN
        o_status := CASE WHEN v_lot.op_id = o.op THEN 1 WHEN v_lot.content_hash = o.hash THEN 2 ELSE 3 END;
    ELSIF p_account.available::numeric + p_account.held + o.amount > 9223372036854775807 THEN
        o_status := 6;
        RETURN;
    ELSE
        INSERT INTO {schema}.credit_ledger_lots AS l (
            tenant_id, asset, lot_id, grant_key, pool, priority, granted, remaining, granted_at, effective_at, expires_at, cost_minor, currency, reference, op_id, content_hash)
        VALUES (
            o.tenant, o.asset, o.op, o.key, p_more ->> 'pool', (p_more ->> 'priority')::int, o.amount, o.amount, o.at,
            coalesce((p_more ->> 'effective')::timestamptz, o.at), coalesce((p_more ->> 'expires')::timestamptz, 'infinity'),
            (p_more ->> 'cost')::bigint, p_more ->> 'currency', o.reference, o.op, o.hash)
        RETURNING l.* INTO v_lot;
        PERFORM {schema}.credit_ledger_write(o, 1, v_lot.lot_id, v_lot.pool, o.amount, 0, 0, p_due => v_lot.expires_at);
        IF p_account.debt > 0 THEN
            v_lot := {schema}.credit_ledger_move(o, 9, v_lot.lot_id, least(p_account.debt, o.amount));
        END IF;
        UPDATE {schema}.credit_ledger_accounts a SET reload_key = NULL, reload_op = NULL, reload_until = NULL
        WHERE a.tenant_id = o.tenant AND a.asset = o.asset AND a.reload_key = o.key;
        o_status := 1;
    END IF;
    o_more := coalesce({schema}.credit_ledger_told(o.tenant, o.asset, o.key, v_lot.op_id), '{}') || jsonb_build_object('lot', v_lot.lot_id, 'pool', v_lot.pool, 'granted', v_lot.granted);
END
$$;

-- p_more: seconds.
CREATE FUNCTION {schema}.credit_ledger_hold(o {schema}.credit_ledger_operation, p_account {schema}.credit_ledger_accounts, p_more jsonb, p_refuse_in_debt boolean, OUT o_status int, OUT o_figure bigint, OUT o_more jsonb)
    LANGUAGE plpgsql AS $$
DECLARE
    v_hold {schema}.credit_ledger_holds;
    v_drained record;
    v_expires timestamptz := o.at + make_interval(secs => (p_more ->> 'seconds')::float8);
BEGIN
    SELECT h.* INTO v_hold FROM {schema}.credit_ledger_holds h WHERE h.tenant_id = o.tenant AND h.asset = o.asset AND h.hold_key = o.key;
    IF FOUND THEN
        o_status := CASE WHEN v_hold.op_id = o.op THEN 1 WHEN v_hold.content_hash = o.hash THEN 2 ELSE 3 END;
        o_more := {schema}.credit_ledger_told(o.tenant, o.asset, o.key, v_hold.op_id) || jsonb_build_object('expires', v_hold.expires_at);
        RETURN;
    END IF;
    IF p_refuse_in_debt AND p_account.debt > p_account.overdraft_limit THEN
        o_status := 5;
        RETURN;
    END IF;

    o_figure := {schema}.credit_ledger_spendable(o);
    IF o_figure < o.amount THEN
        o_status := 4;
        RETURN;
    END IF;

    SELECT d.* INTO v_drained FROM {schema}.credit_ledger_drain(o, 3, o.amount) d;
    INSERT INTO {schema}.credit_ledger_holds (tenant_id, asset, hold_id, hold_key, amount, expires_at, lot_ids, lot_amounts, op_id, content_hash)
    VALUES (o.tenant, o.asset, o.op, o.key, o.amount, v_expires, v_drained.o_lots, v_drained.o_amounts, o.op, o.hash);
    UPDATE {schema}.credit_ledger_accounts a SET due_at = least(a.due_at, v_expires) WHERE a.tenant_id = o.tenant AND a.asset = o.asset;
    o_status := 1;
    o_more := {schema}.credit_ledger_told(o.tenant, o.asset, o.key, o.op) || jsonb_build_object('expires', v_expires);
END
$$;

-- What an ended hold came to.
CREATE FUNCTION {schema}.credit_ledger_ended(p_hold {schema}.credit_ledger_holds, OUT o_status int, OUT o_figure bigint, OUT o_more jsonb)
    LANGUAGE sql IMMUTABLE AS $$
        SELECT CASE p_hold.status WHEN 2 THEN 8 WHEN 3 THEN 9 ELSE 10 END, NULL::bigint,
            jsonb_build_object('held', p_hold.amount, 'settled', p_hold.settled, 'ended', p_hold.ended_at)
    $$;

-- What is still held goes back to its lots, and at once out of those that have expired.
CREATE FUNCTION {schema}.credit_ledger_give_back(o {schema}.credit_ledger_operation, p_hold {schema}.credit_ledger_holds) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    v_lot {schema}.credit_ledger_lots;
BEGIN
    FOR k IN 1 .. cardinality(p_hold.lot_ids) LOOP
        IF p_hold.lot_amounts[k] > 0 THEN
            v_lot := {schema}.credit_ledger_move(o, 5, p_hold.lot_ids[k], p_hold.lot_amounts[k]);
            IF v_lot.expires_at <= o.at THEN
                PERFORM {schema}.credit_ledger_move(o, 6, v_lot.lot_id, p_hold.lot_amounts[k]);
            END IF;
        END IF;
    END LOOP;
END
$$;

-- o.about: the hold's key. p_more: final, overage (0 reject, 1 take what is available, 2 allow debt).
CREATE FUNCTION {schema}.credit_ledger_settle(o {schema}.credit_ledger_operation, p_account {schema}.credit_ledger_accounts, p_more jsonb, p_remembered interval, OUT o_status int, OUT o_figure bigint, OUT o_more jsonb)
    LANGUAGE plpgsql AS $$
DECLARE
    v_hold {schema}.credit_ledger_holds;
    v_held bigint;
    v_left bigint := o.amount;
    v_take bigint;
    v_final boolean := (p_more ->> 'final')::boolean;
BEGIN
    SELECT k.* INTO o_status, o_more FROM {schema}.credit_ledger_known(o, '{2,4}', p_remembered) k;
    SELECT h.* INTO v_hold FROM {schema}.credit_ledger_holds h WHERE h.tenant_id = o.tenant AND h.asset = o.asset AND h.hold_key = o.about;
    IF o_status IS NOT NULL THEN
        o_more := o_more || jsonb_build_object('held', v_hold.amount, 'settled', v_hold.settled, 'ended', v_hold.ended_at);
        RETURN;
    END IF;
    IF v_hold.hold_id IS NULL THEN
        o_status := 7;
        RETURN;
    END IF;
    IF v_hold.status <> 1 THEN
        SELECT e.* INTO o_status, o_figure, o_more FROM {schema}.credit_ledger_ended(v_hold) e;
        IF v_hold.ended_op = o.op THEN
            o_status := 1;
            o_more := {schema}.credit_ledger_told(o.tenant, o.asset, o.key, o.op) || o_more;
        END IF;
        RETURN;
    END IF;

    SELECT coalesce(sum(a), 0) INTO v_held FROM unnest(v_hold.lot_amounts) a;
    IF o.amount > v_held THEN
        o_figure := v_held + CASE p_more ->> 'overage' WHEN '0' THEN 0 ELSE {schema}.credit_ledger_spendable(o) END;
        IF p_more ->> 'overage' = '0' THEN
            o_status := 11;
            RETURN;
        ELSIF p_more ->> 'overage' = '1' AND o.amount - o_figure > greatest(p_account.overdraft_limit - p_account.debt, 0) THEN
            o_status := 4;
            RETURN;
        ELSIF p_account.debt::numeric + o.amount > 9223372036854775807 THEN
            o_status := 6;
            RETURN;
        END IF;
    END IF;

    FOR k IN 1 .. cardinality(v_hold.lot_ids) LOOP
        v_take := least(v_hold.lot_amounts[k], v_left);
        IF v_take > 0 THEN
            PERFORM {schema}.credit_ledger_move(o, 4, v_hold.lot_ids[k], v_take);
            v_hold.lot_amounts[k] := v_hold.lot_amounts[k] - v_take;
            v_left := v_left - v_take;
        END IF;
    END LOOP;
    IF v_left > 0 THEN
        SELECT d.o_missing INTO v_left FROM {schema}.credit_ledger_drain(o, 2, v_left) d;
        IF v_left > 0 THEN
            PERFORM {schema}.credit_ledger_write(o, 2, NULL, NULL, 0, 0, v_left);
        END IF;
    END IF;
    IF v_final THEN
        PERFORM {schema}.credit_ledger_give_back(o, v_hold);
        v_hold.lot_amounts := array_fill(0::bigint, ARRAY[cardinality(v_hold.lot_ids)]);
    END IF;
    UPDATE {schema}.credit_ledger_holds h
    SET lot_amounts = v_hold.lot_amounts, settled = h.settled + o.amount, status = CASE WHEN v_final THEN 2 ELSE 1 END,
        ended_at = CASE WHEN v_final THEN o.at END, ended_op = CASE WHEN v_final THEN o.op END
    WHERE h.tenant_id = o.tenant AND h.asset = o.asset AND h.hold_id = v_hold.hold_id
    RETURNING h.* INTO v_hold;
    o_status := 1;
    o_more := {schema}.credit_ledger_told(o.tenant, o.asset, o.key, o.op)
        || jsonb_build_object('held', v_hold.amount, 'settled', v_hold.settled, 'ended', v_hold.ended_at);
END
$$;

-- o.key and o.about: the hold's key.
CREATE FUNCTION {schema}.credit_ledger_release(o {schema}.credit_ledger_operation, OUT o_status int, OUT o_figure bigint, OUT o_more jsonb)
    LANGUAGE plpgsql AS $$
DECLARE
    v_hold {schema}.credit_ledger_holds;
BEGIN
    SELECT h.* INTO v_hold FROM {schema}.credit_ledger_holds h WHERE h.tenant_id = o.tenant AND h.asset = o.asset AND h.hold_key = o.key;
    IF NOT FOUND THEN
        o_status := 7;
        RETURN;
    END IF;
    IF v_hold.status = 1 THEN
        PERFORM {schema}.credit_ledger_give_back(o, v_hold);
        UPDATE {schema}.credit_ledger_holds h
        SET status = 3, ended_at = o.at, ended_op = o.op, lot_amounts = array_fill(0::bigint, ARRAY[cardinality(h.lot_ids)])
        WHERE h.tenant_id = o.tenant AND h.asset = o.asset AND h.hold_id = v_hold.hold_id
        RETURNING h.* INTO v_hold;
    END IF;
    SELECT e.* INTO o_status, o_figure, o_more FROM {schema}.credit_ledger_ended(v_hold) e;
    IF v_hold.ended_op = o.op THEN
        o_status := 1;
        o_more := {schema}.credit_ledger_told(o.tenant, o.asset, o.key, o.op) || o_more;
    END IF;
END
$$;

-- o.key: the hold's key. p_more: seconds. A hold is never shortened.
CREATE FUNCTION {schema}.credit_ledger_extend(o {schema}.credit_ledger_operation, p_more jsonb, OUT o_status int, OUT o_figure bigint, OUT o_more jsonb)
    LANGUAGE plpgsql AS $$
DECLARE
    v_hold {schema}.credit_ledger_holds;
BEGIN
    UPDATE {schema}.credit_ledger_holds h SET expires_at = greatest(h.expires_at, o.at + make_interval(secs => (p_more ->> 'seconds')::float8))
    WHERE h.tenant_id = o.tenant AND h.asset = o.asset AND h.hold_key = o.key AND h.status = 1
    RETURNING 1, jsonb_build_object('expires', h.expires_at) INTO o_status, o_more;
    IF FOUND THEN
        RETURN;
    END IF;

    SELECT h.* INTO v_hold FROM {schema}.credit_ledger_holds h WHERE h.tenant_id = o.tenant AND h.asset = o.asset AND h.hold_key = o.key;
    IF FOUND THEN
        SELECT e.* INTO o_status, o_figure, o_more FROM {schema}.credit_ledger_ended(v_hold) e;
    ELSE
        o_status := 7;
    END IF;
END
$$;

-- Credits that came back to a lot: if it has expired, they go on to a successor with their share of the cost, or are forfeited.
CREATE FUNCTION {schema}.credit_ledger_came_back(o {schema}.credit_ledger_operation, p_lot {schema}.credit_ledger_lots, p_amount bigint, p_more jsonb) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    v_after {schema}.credit_ledger_lots;
    v_next uuid := {schema}.credit_ledger_id('successor of ' || p_lot.lot_id, o.op, o.at);
    v_expires timestamptz := o.at + make_interval(secs => (p_more ->> 'grace')::float8);
BEGIN
    IF p_lot.expires_at > o.at THEN
        RETURN;
    ELSIF (p_more ->> 'forfeit')::boolean THEN
        PERFORM {schema}.credit_ledger_move(o, 6, p_lot.lot_id, p_amount);
        RETURN;
    END IF;

    v_after := {schema}.credit_ledger_move(o, 10, p_lot.lot_id, p_amount);
    INSERT INTO {schema}.credit_ledger_lots (
        tenant_id, asset, lot_id, grant_key, pool, priority, granted, remaining, source_lot, granted_at, effective_at, expires_at, cost_minor, currency, reference, op_id, content_hash)
    VALUES (
        o.tenant, o.asset, v_next, v_next::text, p_lot.pool, p_lot.priority, p_amount, p_amount, p_lot.lot_id, o.at, o.at, v_expires,
        CASE WHEN p_lot.cost_minor IS NOT NULL THEN v_after.moved_minor - p_lot.moved_minor END, p_lot.currency, o.reference, o.op, o.hash);
    PERFORM {schema}.credit_ledger_write(o, 11, v_next, p_lot.pool, p_amount, 0, 0, p_due => v_expires);
END
$$;

-- o.about: the spend's key; o.amount: NULL for all that is left. p_more: forfeit, grace.
-- A debt that the spend made is the first to be given back: what is still owed of it is owed no more, and what was repaid returns to the lots that repaid, the last grant first.
CREATE FUNCTION {schema}.credit_ledger_refund(o {schema}.credit_ledger_operation, p_account {schema}.credit_ledger_accounts, p_more jsonb, p_remembered interval, OUT o_status int, OUT o_figure bigint, OUT o_more jsonb)
    LANGUAGE plpgsql AS $$
DECLARE
    v_lots uuid[];
    v_lefts bigint[];
    v_left bigint;
    v_take bigint;
    v_part bigint;
    v_lot {schema}.credit_ledger_lots;
BEGIN
    SELECT k.* INTO o_status, o_more FROM {schema}.credit_ledger_known(o, '{7,13}', p_remembered) k;
    IF o_status IS NOT NULL THEN
        RETURN;
    END IF;

    SELECT array_agg(s.lot_id ORDER BY s.seq DESC), array_agg(s.amount - coalesce(r.amount, 0) ORDER BY s.seq DESC), sum(s.amount - coalesce(r.amount, 0))
    INTO v_lots, v_lefts, o_figure
    FROM (
        SELECT e.lot_id, max(e.seq) AS seq, sum(e.d_debt - e.d_available - e.d_held) AS amount FROM {schema}.credit_ledger_of_key(o.tenant, o.asset, o.about) e
        WHERE e.kind IN (2, 4) GROUP BY e.lot_id) s
    LEFT JOIN (
        SELECT CASE WHEN e.kind = 7 THEN e.lot_id END AS lot_id, sum(e.d_available - e.d_debt) AS amount FROM {schema}.credit_ledger_entries e
        WHERE {schema}.credit_ledger_key(e.tenant_id, e.asset, e.about) = {schema}.credit_ledger_key(o.tenant, o.asset, o.about) AND e.about = o.about AND e.tenant_id || '' = o.tenant AND e.asset || '' = o.asset AND e.kind IN (7, 13) GROUP BY 1) r ON r.lot_id IS NOT DISTINCT FROM s.lot_id;
    IF v_lots IS NULL THEN
        o_status := 7;
        RETURN;
    END IF;
    v_left := coalesce(o.amount, o_figure);
    IF v_left = 0 OR v_left > o_figure THEN
        o_status := 11;
        RETURN;
    END IF;
    IF p_account.available::numeric + p_account.held + v_left > 9223372036854775807 THEN
        o_status := 6;
        RETURN;
    END IF;

    FOR k IN 1 .. cardinality(v_lots) LOOP
        v_take := least(v_lefts[k], v_left);
        CONTINUE WHEN v_take = 0;
        v_left := v_left - v_take;
        IF v_lots[k] IS NOT NULL THEN
            v_lot := {schema}.credit_ledger_move(o, 7, v_lots[k], v_take);
            PERFORM {schema}.credit_ledger_came_back(o, v_lot, v_take, p_more);
            CONTINUE;
        END IF;

        IF p_account.debt > 0 THEN
            v_part := least(v_take, p_account.debt);
            PERFORM {schema}.credit_ledger_write(o, 7, NULL, NULL, 0, 0, -v_part);
            v_take := v_take - v_part;
        END IF;
        FOR v_lot IN
            SELECT l.* FROM {schema}.credit_ledger_lots l WHERE l.tenant_id = o.tenant AND l.asset = o.asset AND l.repaid > 0 ORDER BY l.granted_at DESC, l.lot_id DESC
        LOOP
            EXIT WHEN v_take = 0;
            v_part := least(v_take, v_lot.repaid);
            v_lot := {schema}.credit_ledger_move(o, 13, v_lot.lot_id, v_part);
            PERFORM {schema}.credit_ledger_came_back(o, v_lot, v_part, p_more);
            v_take := v_take - v_part;
        END LOOP;
    END LOOP;
    o_status := 1;
    o_more := {schema}.credit_ledger_told(o.tenant, o.asset, o.key, o.op);
END
$$;

-- o.about: the grant's key; o.amount: NULL for all that was not asked back yet. p_more: debt (whether the shortfall is owed).
CREATE FUNCTION {schema}.credit_ledger_revoke(o {schema}.credit_ledger_operation, p_account {schema}.credit_ledger_accounts, p_more jsonb, p_remembered interval, OUT o_status int, OUT o_figure bigint, OUT o_more jsonb)
    LANGUAGE plpgsql AS $$
DECLARE
    v_lot {schema}.credit_ledger_lots;
    v_asked bigint;
    v_taken bigint;
BEGIN
    SELECT k.* INTO o_status, o_more FROM {schema}.credit_ledger_known(o, '{8}', p_remembered) k;
    IF o_status IS NOT NULL THEN
        RETURN;
    END IF;
    SELECT l.* INTO v_lot FROM {schema}.credit_ledger_lots l WHERE l.tenant_id = o.tenant AND l.asset = o.asset AND l.grant_key = o.about;
    IF NOT FOUND THEN
        o_status := 7;
        RETURN;
    END IF;
    o_figure := v_lot.granted - v_lot.reclaimed;
    v_asked := coalesce(o.amount, o_figure);
    IF v_asked = 0 OR v_asked > o_figure THEN
        o_status := 11;
        RETURN;
    END IF;
    v_taken := least(v_asked, v_lot.remaining);
    IF p_account.debt::numeric + v_asked > 9223372036854775807 THEN
        o_status := 6;
        RETURN;
    END IF;

    PERFORM {schema}.credit_ledger_move(o, 8, v_lot.lot_id, v_taken, v_asked);
    IF v_taken < v_asked AND (p_more ->> 'debt')::boolean THEN
        PERFORM {schema}.credit_ledger_write(o, 8, NULL, NULL, 0, 0, v_asked - v_taken);
    END IF;
    o_status := 1;
    o_more := {schema}.credit_ledger_told(o.tenant, o.asset, o.key, o.op);
END
$$;

-- p_more: overdraft and watermark, each left as it is when it is not there; a watermark of 0 means none.
CREATE FUNCTION {schema}.credit_ledger_configure(o {schema}.credit_ledger_operation, p_more jsonb, OUT o_status int, OUT o_figure bigint, OUT o_more jsonb)
    LANGUAGE plpgsql AS $$
BEGIN
    UPDATE {schema}.credit_ledger_accounts a
    SET overdraft_limit = coalesce((p_more ->> 'overdraft')::bigint, a.overdraft_limit),
        low_watermark = CASE WHEN p_more ? 'watermark' THEN nullif((p_more ->> 'watermark')::bigint, 0) ELSE a.low_watermark END,
        below_watermark = CASE WHEN p_more ? 'watermark' THEN coalesce(a.available < nullif((p_more ->> 'watermark')::bigint, 0), false) ELSE a.below_watermark END
    WHERE a.tenant_id = o.tenant AND a.asset = o.asset;
    o_status := 1;
END
$$;

-- p_more: seconds, or nothing to give the reload of that key up.
CREATE FUNCTION {schema}.credit_ledger_reload(o {schema}.credit_ledger_operation, p_account {schema}.credit_ledger_accounts, p_more jsonb, OUT o_status int, OUT o_figure bigint, OUT o_more jsonb)
    LANGUAGE plpgsql AS $$
DECLARE
    v_until timestamptz := o.at + make_interval(secs => (p_more ->> 'seconds')::float8);
BEGIN
    IF v_until IS NULL THEN
        UPDATE {schema}.credit_ledger_accounts a SET reload_key = NULL, reload_op = NULL, reload_until = NULL
        WHERE a.tenant_id = o.tenant AND a.asset = o.asset AND a.reload_key = o.key;
        o_status := CASE WHEN FOUND THEN 1 ELSE 7 END;
    ELSIF p_account.reload_until > o.at AND p_account.reload_op <> o.op THEN
        o_status := 12;
        o_more := jsonb_build_object('until', p_account.reload_until);
    ELSIF EXISTS (SELECT FROM {schema}.credit_ledger_lots l WHERE l.tenant_id = o.tenant AND l.asset = o.asset AND l.grant_key = o.key) THEN
        o_status := 2;
    ELSE
        UPDATE {schema}.credit_ledger_accounts a SET reload_key = o.key, reload_op = o.op, reload_until = v_until
        WHERE a.tenant_id = o.tenant AND a.asset = o.asset;
        o_status := 1;
        o_more := jsonb_build_object('until', v_until);
    END IF;
END
$$;
