-- Claims an event in the caller's transaction. Invariant: of all transactions that claim an event, at most one that commits
-- has been told "new" (0), and it is told so if and only if this call inserted the event's row.
--
-- * The unique index decides, never the lock. The lock only keeps a claim from waiting in the index for another open transaction: who does not
--   get it writes nothing, and so never waits for a row either. Two keys with the same hash cost a needless "in flight" (2), nothing else. A
--   savepoint that is rolled back gives up the locks taken inside it together with the rows inserted inside it.
-- * Every statement of a VOLATILE function in READ COMMITTED has a snapshot of its own, and a lock is released after its holder's commit has become
--   visible. So what the INSERT ran into, the UPDATE after it sees.
-- * The table is locked before the clock is read: a turn of the generation waits for the holders of that lock, so nobody writes a generation
--   that he read before the turn and that is no longer looked at after it.
-- * In overlap a claim writes two generations and is new only if both were free: a transaction that began before the turn and one that began
--   after it meet in the later one.
--
-- The settings belong to the call, not to the session: a plan that was made while a partition was empty must not scan it when it has grown, and
-- planning anew costs more than the claim.
CREATE FUNCTION {schema}.webhook_dedup_claim(
    p_tenant text, p_source text, p_id text, p_receipt uuid, p_fingerprint bytea, p_stored boolean,
    OUT o_outcome smallint, OUT o_receipt uuid, OUT o_stored boolean, OUT o_received_at timestamptz, OUT o_deliveries int, OUT o_fingerprint bytea)
    LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
AS $$
DECLARE
    v_current int;
    v_last int;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'A webhook event is claimed in a READ COMMITTED transaction, and this one is %.', upper(current_setting('transaction_isolation'))
            USING ERRCODE = 'invalid_transaction_state';
    END IF;

    LOCK TABLE ONLY {schema}.webhook_dedup_keys IN ROW EXCLUSIVE MODE;
    SELECT c.current, c.current + c.overlap::int INTO STRICT v_current, v_last FROM {schema}.webhook_dedup_clock c WHERE c.singleton;

    IF pg_try_advisory_xact_lock(hashtextextended(p_id, hashtextextended(p_source, hashtextextended(p_tenant, hashtextextended('{schema}.webhook_dedup', 0))))) THEN
        INSERT INTO {schema}.webhook_dedup_keys (tenant_id, source, event_id, generation, receipt_id, received_at, stored, fingerprint)
        SELECT p_tenant, p_source, p_id, v_current, p_receipt, {schema}.now(), p_stored, p_fingerprint
        WHERE NOT EXISTS (
            SELECT FROM {schema}.webhook_dedup_keys k
            WHERE k.tenant_id = p_tenant AND k.source = p_source AND k.event_id = p_id AND k.generation = v_current - 1)
        ON CONFLICT DO NOTHING
        RETURNING received_at INTO o_received_at;

        IF FOUND AND v_last > v_current THEN
            INSERT INTO {schema}.webhook_dedup_keys (tenant_id, source, event_id, generation, receipt_id, received_at, stored, fingerprint)
            VALUES (p_tenant, p_source, p_id, v_last, p_receipt, o_received_at, p_stored, p_fingerprint)
            ON CONFLICT DO NOTHING;
            IF NOT FOUND THEN
                DELETE FROM {schema}.webhook_dedup_keys k
                WHERE k.tenant_id = p_tenant AND k.source = p_source AND k.event_id = p_id AND k.generation = v_current;
                o_received_at := NULL;
            END IF;
        END IF;

        IF o_received_at IS NOT NULL THEN
            o_outcome := 0;
            o_receipt := p_receipt;
            o_stored := p_stored;
            o_deliveries := 1;
            RETURN;
        END IF;

        WITH counted AS (
            UPDATE {schema}.webhook_dedup_keys k
            SET deliveries = k.deliveries + 1, mismatches = k.mismatches + coalesce(k.fingerprint <> p_fingerprint, false)::int
            WHERE k.tenant_id = p_tenant AND k.source = p_source AND k.event_id = p_id AND k.generation BETWEEN v_current - 1 AND v_last
            RETURNING k.*)
        SELECT CASE WHEN c.fingerprint <> p_fingerprint THEN 3 ELSE 1 END, c.receipt_id, c.stored, c.received_at, c.deliveries, c.fingerprint
        INTO STRICT o_outcome, o_receipt, o_stored, o_received_at, o_deliveries, o_fingerprint
        FROM counted c ORDER BY c.generation LIMIT 1;
    ELSE
        SELECT CASE WHEN k.fingerprint <> p_fingerprint THEN 3 ELSE 1 END, k.receipt_id, k.stored, k.received_at, k.deliveries + 1, k.fingerprint
        INTO o_outcome, o_receipt, o_stored, o_received_at, o_deliveries, o_fingerprint
        FROM {schema}.webhook_dedup_keys k
        WHERE k.tenant_id = p_tenant AND k.source = p_source AND k.event_id = p_id AND k.generation BETWEEN v_current - 1 AND v_last
        ORDER BY k.generation LIMIT 1;
        IF NOT FOUND THEN
            o_outcome := 2;
        END IF;
    END IF;
END
$$;
