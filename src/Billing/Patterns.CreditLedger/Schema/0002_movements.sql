-- What an operation is, for the functions that carry it out. at is its time: the database's, and never earlier than the account's last entry.
CREATE TYPE {schema}.credit_ledger_operation AS (
    tenant text, asset text, at timestamptz, op uuid, key text, hash bytea, amount bigint, reason text, reference text, about text);

-- What a lot's cost has become of revenue when n of its units are consumed or expired: floor(C * n / A), without what moved on to successors. numeric, since C * n can pass bigint.
CREATE FUNCTION {schema}.credit_ledger_recognised(p_cost bigint, p_done bigint, p_granted bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN p_cost IS NULL OR p_granted = 0 THEN 0 ELSE div(p_cost::numeric * p_done, p_granted)::bigint END $$;

-- The entries in which a key is an operation's own (the caller asks for kinds and times). PostgreSQL puts this text where it is called, so it costs nothing.
CREATE FUNCTION {schema}.credit_ledger_of_key(p_tenant text, p_asset text, p_key text) RETURNS SETOF {schema}.credit_ledger_entries
    LANGUAGE sql STABLE
    AS $$
        SELECT e.* FROM {schema}.credit_ledger_entries e
        WHERE {schema}.credit_ledger_key(e.tenant_id, e.asset, e.op_key) = {schema}.credit_ledger_key(p_tenant, p_asset, p_key)
            AND e.op_key = p_key AND e.tenant_id || '' = p_tenant AND e.asset || '' = p_asset
    $$;

-- Writes one entry and brings the account's row with it. The caller has the account's lock.
CREATE FUNCTION {schema}.credit_ledger_write(
    o {schema}.credit_ledger_operation, p_kind int, p_lot uuid, p_pool text, p_available bigint, p_held bigint, p_debt bigint,
    p_recognised bigint DEFAULT 0, p_due timestamptz DEFAULT 'infinity', p_asked bigint DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql AS $$
DECLARE
    v_account {schema}.credit_ledger_accounts;
BEGIN
    UPDATE {schema}.credit_ledger_accounts a
    SET available = a.available + p_available, held = a.held + p_held, debt = a.debt + p_debt, last_seq = a.last_seq + 1, last_at = o.at, due_at = least(a.due_at, p_due),
        below_watermark = a.below_watermark AND a.available + p_available < a.low_watermark
    WHERE a.tenant_id = o.tenant AND a.asset = o.asset
    RETURNING a.* INTO STRICT v_account;

    INSERT INTO {schema}.credit_ledger_entries (
        tenant_id, asset, seq, at, op_id, op_key, kind, lot_id, pool, d_available, d_held, d_debt, available_after, held_after, debt_after,
        recognised_minor, asked, about, reason, reference, content_hash)
    VALUES (
        o.tenant, o.asset, v_account.last_seq, o.at, o.op, o.key, p_kind, p_lot, p_pool, p_available, p_held, p_debt, v_account.available, v_account.held, v_account.debt,
        p_recognised, p_asked, o.about, o.reason, o.reference, o.hash);
    RETURN v_account.last_seq;
END
$$;

-- Moves units of a lot as the kind of entry says (see credit_ledger_entries), writes the entry with the revenue that this recognises, and returns the lot.
CREATE FUNCTION {schema}.credit_ledger_move(o {schema}.credit_ledger_operation, p_kind int, p_lot uuid, p_amount bigint, p_asked bigint DEFAULT NULL)
    RETURNS {schema}.credit_ledger_lots
    LANGUAGE plpgsql AS $$
DECLARE
    v_before {schema}.credit_ledger_lots;
    v_after {schema}.credit_ledger_lots;
    v_change bigint := CASE WHEN p_kind IN (5, 7, 12, 13) THEN p_amount WHEN p_kind IN (2, 3, 6, 8, 9, 10) THEN -p_amount ELSE 0 END;
BEGIN
    SELECT l.* INTO STRICT v_before FROM {schema}.credit_ledger_lots l WHERE l.tenant_id = o.tenant AND l.asset = o.asset AND l.lot_id = p_lot;

    UPDATE {schema}.credit_ledger_lots l
    SET remaining = l.remaining + v_change,
        is_open = l.remaining + v_change > 0,
        held = l.held + CASE WHEN p_kind = 3 THEN p_amount WHEN p_kind IN (4, 5, 12) THEN -p_amount ELSE 0 END,
        consumed = l.consumed + CASE WHEN p_kind IN (2, 4, 9) THEN p_amount WHEN p_kind IN (7, 13) THEN -p_amount ELSE 0 END,
        repaid = l.repaid + CASE p_kind WHEN 9 THEN p_amount WHEN 13 THEN -p_amount ELSE 0 END,
        expired = l.expired + CASE WHEN p_kind = 6 THEN p_amount ELSE 0 END,
        revoked = l.revoked + CASE WHEN p_kind = 8 THEN p_amount ELSE 0 END,
        reclaimed = l.reclaimed + coalesce(p_asked, 0),
        moved = l.moved + CASE WHEN p_kind = 10 THEN p_amount ELSE 0 END,
        moved_minor = l.moved_minor + CASE WHEN p_kind = 10 THEN {schema}.credit_ledger_recognised(l.cost_minor - l.moved_minor, p_amount, l.granted - l.moved) ELSE 0 END
    WHERE l.tenant_id = o.tenant AND l.asset = o.asset AND l.lot_id = p_lot
    RETURNING l.* INTO v_after;

    PERFORM {schema}.credit_ledger_write(
        o, p_kind, p_lot, v_after.pool, v_after.remaining - v_before.remaining, v_after.held - v_before.held, CASE WHEN p_kind = 9 THEN -p_amount ELSE 0 END,
        {schema}.credit_ledger_recognised(v_after.cost_minor - v_after.moved_minor, v_after.consumed + v_after.expired, v_after.granted - v_after.moved)
            - {schema}.credit_ledger_recognised(v_before.cost_minor - v_before.moved_minor, v_before.consumed + v_before.expired, v_before.granted - v_before.moved),
        CASE WHEN v_after.remaining > v_before.remaining THEN v_after.expires_at ELSE 'infinity' END, p_asked);
    RETURN v_after;
END
$$;

-- What can be spent of an account now, after what was due in it.
CREATE FUNCTION {schema}.credit_ledger_spendable(o {schema}.credit_ledger_operation) RETURNS bigint
    LANGUAGE sql STABLE
    AS $$
        SELECT coalesce(sum(l.remaining), 0)::bigint FROM {schema}.credit_ledger_lots l
        WHERE l.tenant_id = o.tenant AND l.asset = o.asset AND l.is_open AND l.effective_at <= o.at
    $$;

-- Moves so many available credits, as far as there are, in drain order: what was taken from which lots, and what is missing.
CREATE FUNCTION {schema}.credit_ledger_drain(
    o {schema}.credit_ledger_operation, p_kind int, p_amount bigint, OUT o_lots uuid[], OUT o_amounts bigint[], OUT o_missing bigint)
    LANGUAGE plpgsql AS $$
DECLARE
    v_lot record;
    v_take bigint;
BEGIN
    o_missing := p_amount;
    FOR v_lot IN
        SELECT l.lot_id, l.remaining FROM {schema}.credit_ledger_lots l
        WHERE l.tenant_id = o.tenant AND l.asset = o.asset AND l.is_open AND l.effective_at <= o.at
        ORDER BY l.priority, l.expires_at, l.effective_at, l.lot_id
    LOOP
        EXIT WHEN o_missing = 0;
        v_take := least(v_lot.remaining, o_missing);
        PERFORM {schema}.credit_ledger_move(o, p_kind, v_lot.lot_id, v_take);
        o_lots := o_lots || v_lot.lot_id;
        o_amounts := o_amounts || v_take;
        o_missing := o_missing - v_take;
    END LOOP;
END
$$;

-- The id of what the database does by itself: the same for the same cause.
CREATE FUNCTION {schema}.credit_ledger_id(p_what text, p_of uuid, p_at timestamptz) RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT md5(concat_ws(' ', p_what, p_of, extract(epoch FROM p_at)))::uuid $$;

-- Carries out what is due in an account: holds that have expired give back what they held, and then lots that have expired lose what remains.
CREATE FUNCTION {schema}.credit_ledger_expire(p_tenant text, p_asset text, p_at timestamptz) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    o {schema}.credit_ledger_operation;
    v_hold {schema}.credit_ledger_holds;
    v_lot record;
BEGIN
    o.tenant := p_tenant;
    o.asset := p_asset;
    o.at := p_at;
    FOR v_hold IN
        SELECT h.* FROM {schema}.credit_ledger_holds h
        WHERE h.tenant_id = p_tenant AND h.asset = p_asset AND h.status = 1 AND h.expires_at <= p_at ORDER BY h.expires_at, h.hold_id
    LOOP
        o.op := {schema}.credit_ledger_id('lapse', v_hold.hold_id, p_at);
        o.about := v_hold.hold_key;
        FOR k IN 1 .. cardinality(v_hold.lot_ids) LOOP
            IF v_hold.lot_amounts[k] > 0 THEN
                PERFORM {schema}.credit_ledger_move(o, 12, v_hold.lot_ids[k], v_hold.lot_amounts[k]);
            END IF;
        END LOOP;
        UPDATE {schema}.credit_ledger_holds h SET status = 4, ended_at = p_at, ended_op = o.op
        WHERE h.tenant_id = p_tenant AND h.asset = p_asset AND h.hold_id = v_hold.hold_id;
    END LOOP;

    o.about := NULL;
    FOR v_lot IN
        SELECT l.lot_id, l.remaining FROM {schema}.credit_ledger_lots l
        WHERE l.tenant_id = p_tenant AND l.asset = p_asset AND l.is_open AND l.expires_at <= p_at ORDER BY l.expires_at, l.lot_id
    LOOP
        o.op := {schema}.credit_ledger_id('expire', v_lot.lot_id, p_at);
        PERFORM {schema}.credit_ledger_move(o, 6, v_lot.lot_id, v_lot.remaining);
    END LOOP;

    UPDATE {schema}.credit_ledger_accounts a
    SET due_at = least(
        (SELECT min(l.expires_at) FROM {schema}.credit_ledger_lots l WHERE l.tenant_id = p_tenant AND l.asset = p_asset AND l.is_open),
        (SELECT min(h.expires_at) FROM {schema}.credit_ledger_holds h WHERE h.tenant_id = p_tenant AND h.asset = p_asset AND h.status = 1),
        'infinity')
    WHERE a.tenant_id = p_tenant AND a.asset = p_asset;
END
$$;

-- The sweeper: carries out what is due in up to p_limit accounts, and leaves those that somebody works on to him. Returns how many it did.
CREATE FUNCTION {schema}.credit_ledger_sweep(p_limit int) RETURNS int
    LANGUAGE plpgsql AS $$
DECLARE
    v_account {schema}.credit_ledger_accounts;
    v_done int := 0;
BEGIN
    FOR v_account IN
        SELECT a.* FROM {schema}.credit_ledger_accounts a WHERE a.due_at <= {schema}.now() ORDER BY a.due_at LIMIT p_limit FOR UPDATE SKIP LOCKED
    LOOP
        PERFORM {schema}.credit_ledger_expire(v_account.tenant_id, v_account.asset, greatest({schema}.now(), v_account.last_at));
        v_done := v_done + 1;
    END LOOP;
    RETURN v_done;
END
$$;
