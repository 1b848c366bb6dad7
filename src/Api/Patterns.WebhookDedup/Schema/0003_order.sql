-- Asks in the transaction of the work whether an event's turn has come, and keeps the entity's other events out until that transaction ends.
-- 0: yes; 1: yes, but a later one has been applied; 2: not now, another one is at work or, in strict order, an earlier one is not done.
--
-- The lock is advisory because an entity's first event has no row that could be locked. It is released after its holder's commit has become visible, and
-- every statement of this function has a snapshot of its own, so what the holder applied is seen. Two entities with the same hash wait needlessly.
CREATE FUNCTION {schema}.webhook_dedup_enter(p_tenant text, p_source text, p_key text, p_position bigint, p_strict boolean) RETURNS smallint
    LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended(p_key, hashtextextended(p_source, hashtextextended(p_tenant, hashtextextended('{schema}.webhook_dedup_order', 0))))) THEN
        RETURN 2;
    END IF;

    IF p_strict AND EXISTS (
        SELECT FROM {schema}.webhook_dedup_events e
        WHERE e.tenant_id = p_tenant AND e.source = p_source AND e.ordering_key = p_key AND e.position < p_position AND e.ordering = 2 AND e.state IN ('pending', 'leased')) THEN
        RETURN 2;
    END IF;

    RETURN (EXISTS (
        SELECT FROM {schema}.webhook_dedup_order o
        WHERE o.tenant_id = p_tenant AND o.source = p_source AND o.ordering_key = p_key AND o.position > p_position))::int;
END
$$;

-- Records how far an entity has come. Only called by who has entered.
CREATE FUNCTION {schema}.webhook_dedup_advance(p_tenant text, p_source text, p_key text, p_position bigint) RETURNS void
    LANGUAGE sql VOLATILE
AS $$
    INSERT INTO {schema}.webhook_dedup_order AS o (tenant_id, source, ordering_key, position, applied_at)
    VALUES (p_tenant, p_source, p_key, p_position, {schema}.now())
    ON CONFLICT (tenant_id, source, ordering_key) DO UPDATE SET position = greatest(o.position, excluded.position), applied_at = excluded.applied_at
$$;

-- Claims an event of an ordered type: also 4, a later one has been applied (the event is recorded all the same). When it is not its turn, the answer is
-- "in flight" and nothing is recorded, so that the provider's next delivery asks again.
CREATE FUNCTION {schema}.webhook_dedup_claim_ordered(
    p_tenant text, p_source text, p_id text, p_receipt uuid, p_fingerprint bytea, p_stored boolean, p_key text, p_position bigint, p_strict boolean,
    OUT o_outcome smallint, OUT o_receipt uuid, OUT o_stored boolean, OUT o_received_at timestamptz, OUT o_deliveries int, OUT o_fingerprint bytea)
    LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
    v_turn smallint;
BEGIN
    SELECT c.* INTO o_outcome, o_receipt, o_stored, o_received_at, o_deliveries, o_fingerprint
    FROM {schema}.webhook_dedup_claim(p_tenant, p_source, p_id, p_receipt, p_fingerprint, p_stored) c;
    IF o_outcome <> 0 THEN
        RETURN;
    END IF;

    v_turn := {schema}.webhook_dedup_enter(p_tenant, p_source, p_key, p_position, p_strict);
    IF v_turn = 2 THEN
        DELETE FROM {schema}.webhook_dedup_keys k
        WHERE k.tenant_id = p_tenant AND k.source = p_source AND k.event_id = p_id AND k.receipt_id = p_receipt;
        o_outcome := 2;
    ELSIF v_turn = 1 AND NOT p_strict THEN
        o_outcome := 4;
    ELSE
        PERFORM {schema}.webhook_dedup_advance(p_tenant, p_source, p_key, p_position);
    END IF;
END
$$;

-- Many events, one after the other in the order of the arrays; the ordering key of an event without order is null.
CREATE FUNCTION {schema}.webhook_dedup_claim_all(
    p_tenants text[], p_sources text[], p_ids text[], p_receipts uuid[], p_fingerprints bytea[], p_stored boolean, p_keys text[], p_positions bigint[], p_stricts boolean[])
    RETURNS TABLE (o_outcome smallint, o_receipt uuid, o_stored boolean, o_received_at timestamptz, o_deliveries int, o_fingerprint bytea)
    LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    FOR i IN 1 .. cardinality(p_ids) LOOP
        IF p_keys[i] IS NULL THEN
            SELECT c.* INTO o_outcome, o_receipt, o_stored, o_received_at, o_deliveries, o_fingerprint
            FROM {schema}.webhook_dedup_claim(p_tenants[i], p_sources[i], p_ids[i], p_receipts[i], p_fingerprints[i], p_stored) c;
        ELSE
            SELECT c.* INTO o_outcome, o_receipt, o_stored, o_received_at, o_deliveries, o_fingerprint
            FROM {schema}.webhook_dedup_claim_ordered(p_tenants[i], p_sources[i], p_ids[i], p_receipts[i], p_fingerprints[i], p_stored, p_keys[i], p_positions[i], p_stricts[i]) c;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;
