-- Receives many different events at once. An event is claimed and stored with its payload, or known already, or another open transaction has it.
-- The answer is o_received_at alone when all are new under the receipts that were proposed; else it says of each event what is known, in any order.
--
-- The invariants are those of webhook_dedup_claim. Here one statement does for all what is done one by one there:
-- * Only who has a key's lock writes the key, so that ON CONFLICT never waits for an open transaction.
-- * The unique index decides, since a conflict is found in the index and not in the snapshot: a row is new if and only if it has the receipt that was proposed.
-- What is not that simple (no lock, a key of the previous generation, a turn of the generation) is claimed one by one, and so is an event that comes alone: to start
-- the one statement costs more than to claim three.
--
-- A delivery of a dead event gives it its attempts back, where its source is one of p_reviving. Where nothing is stored, only deliveries are counted, and nobody need
-- wait for the disk.
CREATE FUNCTION {schema}.webhook_dedup_receive(
    p_tenants text[], p_sources text[], p_ids text[], p_receipts uuid[], p_fingerprints bytea[], p_copies int[], p_reviving text[],
    p_types text[], p_payloads bytea[], p_occurred_at timestamptz[], p_ordering_keys text[], p_positions bigint[], p_orderings smallint[],
    OUT o_received_at timestamptz, OUT o_revived boolean, OUT o_tenants text[], OUT o_sources text[], OUT o_ids text[],
    OUT o_outcomes smallint[], OUT o_receipts uuid[], OUT o_stored boolean[], OUT o_first_at timestamptz[], OUT o_deliveries int[], OUT o_fingerprints bytea[])
    LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
AS $$
DECLARE
    v_current int;
    v_overlap boolean;
    v_rest int[];
    v_written uuid[];
    v_claim record;
    i int;
BEGIN
    o_received_at := {schema}.now();
    o_revived := false;
    LOCK TABLE ONLY {schema}.webhook_dedup_keys IN ROW EXCLUSIVE MODE;
    SELECT c.current, c.overlap INTO STRICT v_current, v_overlap FROM {schema}.webhook_dedup_clock c WHERE c.singleton;

    IF v_overlap OR cardinality(p_ids) = 1 AND p_copies[1] = 1 THEN
        v_rest := ARRAY(SELECT generate_series(1, cardinality(p_ids)));
    ELSE
        WITH asked AS MATERIALIZED (
            SELECT a.*,
                pg_try_advisory_xact_lock(hashtextextended(a.id, hashtextextended(a.source, hashtextextended(a.tenant, hashtextextended('{schema}.webhook_dedup', 0)))))
                AND NOT EXISTS (
                    SELECT FROM {schema}.webhook_dedup_keys k
                    WHERE k.tenant_id = a.tenant AND k.source = a.source AND k.event_id = a.id AND k.generation = v_current - 1) AS simple
            FROM unnest(p_tenants, p_sources, p_ids, p_receipts, p_fingerprints, p_copies) WITH ORDINALITY AS a (tenant, source, id, receipt, fingerprint, copies, place)),
        written AS (
            INSERT INTO {schema}.webhook_dedup_keys AS k (tenant_id, source, event_id, generation, receipt_id, received_at, deliveries, stored, fingerprint)
            SELECT a.tenant, a.source, a.id, v_current, a.receipt, o_received_at, a.copies, true, a.fingerprint FROM asked a WHERE a.simple
            ON CONFLICT (tenant_id, source, event_id, generation) DO UPDATE
            SET deliveries = k.deliveries + excluded.deliveries, mismatches = k.mismatches + coalesce(k.fingerprint <> excluded.fingerprint, false)::int
            RETURNING k.tenant_id, k.source, k.event_id, k.receipt_id, k.stored, k.received_at, k.deliveries, k.fingerprint)
        SELECT array_agg(w.receipt_id), (SELECT array_agg(a.place) FROM asked a WHERE NOT a.simple),
            array_agg(w.tenant_id) FILTER (WHERE w.deliveries > 1), array_agg(w.source) FILTER (WHERE w.deliveries > 1), array_agg(w.event_id) FILTER (WHERE w.deliveries > 1),
            array_agg(w.receipt_id) FILTER (WHERE w.deliveries > 1), array_agg(w.stored) FILTER (WHERE w.deliveries > 1), array_agg(w.received_at) FILTER (WHERE w.deliveries > 1),
            array_agg(w.deliveries) FILTER (WHERE w.deliveries > 1), array_agg(w.fingerprint) FILTER (WHERE w.deliveries > 1)
        INTO v_written, v_rest, o_tenants, o_sources, o_ids, o_receipts, o_stored, o_first_at, o_deliveries, o_fingerprints
        FROM written w;
    END IF;

    IF v_written = p_receipts THEN
        INSERT INTO {schema}.webhook_dedup_events (tenant_id, receipt_id, received_at, source, event_id, type, payload, occurred_at, ordering_key, position, ordering, state, next_at)
        SELECT a.tenant, a.receipt, o_received_at, a.source, a.id, a.type, a.payload, a.occurred_at, a.ordering_key, a.position, a.ordering, 'pending', o_received_at
        FROM unnest(p_tenants, p_receipts, p_sources, p_ids, p_types, p_payloads, p_occurred_at, p_ordering_keys, p_positions, p_orderings)
            AS a (tenant, receipt, source, id, type, payload, occurred_at, ordering_key, position, ordering);
        o_tenants := NULL;
        RETURN;
    END IF;

    o_outcomes := array_fill(1::smallint, ARRAY[coalesce(cardinality(o_ids), 0)]);
    FOREACH i IN ARRAY coalesce(v_rest, '{}') LOOP
        SELECT c.* INTO v_claim FROM {schema}.webhook_dedup_claim(p_tenants[i], p_sources[i], p_ids[i], p_receipts[i], p_fingerprints[i], true) c;
        o_tenants := o_tenants || p_tenants[i];
        o_sources := o_sources || p_sources[i];
        o_ids := o_ids || p_ids[i];
        o_outcomes := o_outcomes || v_claim.o_outcome;
        o_receipts := o_receipts || coalesce(v_claim.o_receipt, '00000000-0000-0000-0000-000000000000');
        o_stored := o_stored || coalesce(v_claim.o_stored, false);
        o_first_at := o_first_at || coalesce(v_claim.o_received_at, o_received_at);
        o_deliveries := o_deliveries || coalesce(v_claim.o_deliveries, 0);
        o_fingerprints := o_fingerprints || ARRAY[v_claim.o_fingerprint];
    END LOOP;

    INSERT INTO {schema}.webhook_dedup_events (tenant_id, receipt_id, received_at, source, event_id, type, payload, occurred_at, ordering_key, position, ordering, state, next_at)
    SELECT a.tenant, a.receipt, o_received_at, a.source, a.id, a.type, a.payload, a.occurred_at, a.ordering_key, a.position, a.ordering, 'pending', o_received_at
    FROM unnest(p_tenants, p_receipts, p_sources, p_ids, p_types, p_payloads, p_occurred_at, p_ordering_keys, p_positions, p_orderings)
        AS a (tenant, receipt, source, id, type, payload, occurred_at, ordering_key, position, ordering)
    WHERE a.receipt = ANY (v_written) OR a.receipt = ANY (o_receipts);
    IF NOT FOUND THEN
        SET LOCAL synchronous_commit = off;
    END IF;

    -- Looked up by its id alone, because it may have been moved out of a dropped partition. Mostly nothing is dead, and one look says so.
    IF o_sources && p_reviving THEN
        IF EXISTS (SELECT FROM {schema}.webhook_dedup_events e WHERE e.state = 'dead') THEN
            UPDATE {schema}.webhook_dedup_events e
            SET state = 'pending', attempts = 0, deferrals = 0, next_at = o_received_at, done_at = NULL
            FROM unnest(o_tenants, o_sources, o_receipts, o_stored) AS k (tenant, source, receipt, stored)
            WHERE k.stored AND k.source = ANY (p_reviving) AND e.tenant_id = k.tenant AND e.receipt_id = k.receipt AND e.state = 'dead';
            IF FOUND THEN
                o_revived := true;
                SET LOCAL synchronous_commit = on;
            END IF;
        END IF;
    END IF;
END
$$;
