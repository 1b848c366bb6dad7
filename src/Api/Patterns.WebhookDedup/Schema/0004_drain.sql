-- Leases events that are due, oldest first, and counts an attempt of each before its handler runs, so that a handler that ends its process is counted too. An
-- event that has had all its attempts when its lease runs out is dead.
--
-- * An event whose lease ran out after its third attempt is leased alone: it may be the one that ends the process, and must not use up the attempts
--   of those that are leased beside it.
-- * The commit need not wait for the disk: what it might lose was not done, and the flush of any later commit includes it.
-- * The settings belong to the call, not to the session: a plan that was made while the partitions were empty must not scan them when they have grown.
CREATE FUNCTION {schema}.webhook_dedup_lease(p_sources text[], p_count int, p_token uuid, p_lease interval, p_attempts int)
    RETURNS TABLE (
        o_state text, o_alone boolean, o_tenant text, o_receipt uuid, o_received_at timestamptz, o_source text, o_event_id text, o_type text, o_payload bytea,
        o_occurred_at timestamptz, o_ordering_key text, o_position bigint, o_ordering smallint, o_attempts int, o_deferrals int, o_redrives int, o_partition text)
    LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET enable_hashjoin = off
    SET enable_mergejoin = off
AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    RETURN QUERY
    WITH due AS MATERIALIZED (
        SELECT d.* FROM unnest(p_sources) s (name)
        CROSS JOIN LATERAL (
            SELECT e.tenant_id, e.receipt_id, e.received_at, e.next_at, e.state = 'leased' AND e.attempts >= 3 AS suspect, e.attempts >= p_attempts AS spent
            FROM {schema}.webhook_dedup_events e
            WHERE e.source = s.name AND e.state IN ('pending', 'leased') AND e.next_at <= {schema}.now()
            ORDER BY e.next_at
            LIMIT p_count
            FOR UPDATE SKIP LOCKED) d
        ORDER BY d.next_at
        LIMIT p_count),
    taken AS MATERIALIZED (
        SELECT d.*, bool_or(d.suspect) OVER line AS seen, row_number() OVER line AS place
        FROM due d WINDOW line AS (ORDER BY d.next_at, d.receipt_id))
    UPDATE {schema}.webhook_dedup_events e
    SET state = CASE WHEN t.spent THEN 'dead' ELSE 'leased' END,
        attempts = CASE WHEN t.spent THEN e.attempts ELSE e.attempts + 1 END,
        lease_token = CASE WHEN t.spent THEN NULL ELSE p_token END,
        next_at = {schema}.now() + p_lease,
        error = CASE WHEN t.spent THEN format('The lease of attempt %s ran out: the process ended, or the handler ran longer than its lease.', e.attempts) ELSE e.error END,
        done_at = CASE WHEN t.spent THEN {schema}.now() END
    FROM taken t
    WHERE (NOT t.seen OR t.place = 1) AND e.tenant_id = t.tenant_id AND e.receipt_id = t.receipt_id AND e.received_at = t.received_at
    RETURNING e.state, t.suspect, e.tenant_id, e.receipt_id, e.received_at, e.source, e.event_id, e.type, e.payload,
        e.occurred_at, e.ordering_key, e.position, e.ordering, e.attempts, e.deferrals, e.redrives, e.tableoid::regclass::text;
END
$$;

-- Ends a transaction whose lease is no longer its own: that is what keeps a handler that outlived its lease from taking effect beside the one that came after it.
--
-- A commit that does not wait for the disk may be lost in a crash of the server, the work together with the state 'done', and so the work is done again. Whatever
-- is committed later and waits for the disk takes it along.
CREATE FUNCTION {schema}.webhook_dedup_fence(p_held boolean, p_wait boolean) RETURNS void
    LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
    IF NOT p_held THEN
        RAISE EXCEPTION 'The lease of the event was lost.' USING ERRCODE = 'WD001';
    END IF;
    IF NOT p_wait THEN
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;
END
$$;

-- After an event of an ordered type was settled: records how far its entity has come, and makes the next event due that only waits for its turn.
CREATE FUNCTION {schema}.webhook_dedup_leave(p_tenant text, p_source text, p_key text, p_position bigint, p_applied boolean) RETURNS void
    LANGUAGE plpgsql VOLATILE
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
AS $$
BEGIN
    IF p_applied THEN
        PERFORM {schema}.webhook_dedup_advance(p_tenant, p_source, p_key, p_position);
    END IF;

    UPDATE {schema}.webhook_dedup_events e SET next_at = {schema}.now()
    FROM (
        SELECT n.receipt_id, n.received_at FROM {schema}.webhook_dedup_events n
        WHERE n.tenant_id = p_tenant AND n.source = p_source AND n.ordering_key = p_key AND n.ordering > 0 AND n.state IN ('pending', 'leased')
            AND n.state = 'pending' AND n.attempts = 0 AND n.deferrals = 0 AND n.next_at > {schema}.now()
        ORDER BY n.position
        LIMIT 1
        FOR UPDATE SKIP LOCKED) n
    WHERE e.tenant_id = p_tenant AND e.receipt_id = n.receipt_id AND e.received_at = n.received_at;
END
$$;
