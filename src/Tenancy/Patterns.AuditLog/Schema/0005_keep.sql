-- Empties the personal data of a tenant's entries of one class, of one entry or of all that an actor did or that were done on his behalf, and names the entry that tells of it. What a hold covers stays.
CREATE FUNCTION {schema}.audit_log_redact(p_tenant text, p_class text, p_actor_type text, p_actor text, p_entry uuid, p_redaction uuid) RETURNS int
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    v_count int;
    v_case text;
BEGIN
    PERFORM pg_advisory_xact_lock_shared({schema}.audit_log_hold_lock());
    SELECT h.case_id INTO v_case
    FROM {schema}.audit_log_holds h
    WHERE h.tenant_id = p_tenant AND h.released_reason IS NULL AND EXISTS (
        SELECT FROM (
            SELECT e.* FROM {schema}.audit_log_entries e WHERE e.tenant_id = p_tenant AND e.retention_class = p_class
            UNION ALL SELECT e.* FROM {schema}.audit_log_held_entries e WHERE e.tenant_id = p_tenant AND e.retention_class = p_class
        ) AS e
        WHERE e.occurred_at >= h.from_at AND e.occurred_at < h.to_at AND e.personal IS NOT NULL
            AND (e.id = p_entry OR (e.actor_type, e.actor_id) = (p_actor_type, p_actor) OR (e.behalf_of_type, e.behalf_of_id) = (p_actor_type, p_actor)))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = format('the legal hold %L covers entries that would be redacted', v_case),
            HINT = 'What is held must stay as it is. Release the hold first.';
    END IF;

    UPDATE {schema}.audit_log_entries e SET personal = NULL, personal_salt = NULL, redaction = p_redaction
    WHERE e.tenant_id = p_tenant AND e.retention_class = p_class AND e.personal IS NOT NULL
        AND (e.id = p_entry OR (e.actor_type, e.actor_id) = (p_actor_type, p_actor) OR (e.behalf_of_type, e.behalf_of_id) = (p_actor_type, p_actor));
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END
$$;

-- Holds and drops of partitions wait for each other: a hold either finds the rows, or they are gone with a record.
CREATE FUNCTION {schema}.audit_log_hold_lock() RETURNS bigint
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT pg_catalog.hashtextextended('{schema}.audit_log_hold', 0) $$;

-- Places a hold. False when the tenant has this case already.
CREATE FUNCTION {schema}.audit_log_hold(p_tenant text, p_case text, p_from timestamptz, p_to timestamptz, p_reason text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock({schema}.audit_log_hold_lock());
    INSERT INTO {schema}.audit_log_holds (tenant_id, case_id, from_at, to_at, reason) VALUES (p_tenant, p_case, p_from, p_to, p_reason) ON CONFLICT DO NOTHING;
    RETURN FOUND;
END
$$;

-- Ends a hold, and deletes what only it had kept. False when there is none.
CREATE FUNCTION {schema}.audit_log_release(p_tenant text, p_case text, p_reason text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock({schema}.audit_log_hold_lock());
    UPDATE {schema}.audit_log_holds SET released_reason = p_reason WHERE tenant_id = p_tenant AND case_id = p_case AND released_reason IS NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;

    DELETE FROM {schema}.audit_log_held_entries e
    WHERE e.tenant_id = p_tenant AND NOT EXISTS (
        SELECT FROM {schema}.audit_log_holds h WHERE h.tenant_id = e.tenant_id AND h.released_reason IS NULL AND e.occurred_at >= h.from_at AND e.occurred_at < h.to_at);
    DELETE FROM {schema}.audit_log_held_seal_entries s
    WHERE s.tenant_id = p_tenant AND NOT EXISTS (
        SELECT FROM {schema}.audit_log_held_entries e
        WHERE e.tenant_id = s.tenant_id AND e.retention_class = s.retention_class AND e.id = ANY (s.entry_ids));
    RETURN true;
END
$$;

-- Which months of a class there are, the oldest first: when all that was promised of each is over, and whether the sealer has all of it.
CREATE FUNCTION {schema}.audit_log_months(p_class text) RETURNS TABLE (from_at timestamptz, to_at timestamptz, expires_at timestamptz, is_expired boolean, is_sealed boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
        SELECT m.from_at, m.to_at, m.to_at + k.days * interval '1 day', m.to_at + k.days * interval '1 day' <= {schema}.now(),
            NOT EXISTS (SELECT FROM {schema}.audit_log_pending p WHERE p.retention_class = p_class AND p.occurred_at >= m.from_at AND p.occurred_at < m.to_at)
        FROM (
            SELECT t.from_at, max(t.to_at) AS to_at FROM {schema}.time_partitions t
            WHERE t.parent IN ('audit_log_entries_' || p_class, 'audit_log_seal_entries_' || p_class) GROUP BY t.from_at
        ) AS m
        -- A month keeps the longest promise that was in force when it could first be written, a day ahead, or since.
        CROSS JOIN LATERAL (
            SELECT max(c.days) AS days
            FROM (SELECT c.days, lead(c.in_force_at, 1, 'infinity') OVER (ORDER BY c.in_force_at) AS until FROM {schema}.audit_log_classes c WHERE c.retention_class = p_class) AS c
            WHERE c.until > m.from_at - interval '1 day'
        ) AS k
        ORDER BY m.from_at
    $$;

-- In the transaction that drops a partition of entries: keeps what is under legal hold, with the seals that it is in. Fails while something of the month is not sealed.
CREATE FUNCTION {schema}.audit_log_hold_back(p_partition regclass, p_class text, p_from timestamptz, p_to timestamptz) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock({schema}.audit_log_hold_lock());
    IF EXISTS (SELECT FROM {schema}.audit_log_pending p WHERE p.retention_class = p_class AND p.occurred_at >= p_from AND p.occurred_at < p_to) THEN
        RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = format('%s has entries that are not sealed yet', p_partition);
    END IF;

    EXECUTE format(
        'INSERT INTO {schema}.audit_log_held_entries SELECT e.* FROM %s e WHERE EXISTS (
            SELECT FROM {schema}.audit_log_holds h WHERE h.tenant_id = e.tenant_id AND h.released_reason IS NULL AND e.occurred_at >= h.from_at AND e.occurred_at < h.to_at)
        ON CONFLICT DO NOTHING', p_partition);
    INSERT INTO {schema}.audit_log_held_seal_entries
    SELECT s.* FROM {schema}.audit_log_seal_entries s
    WHERE s.retention_class = p_class AND s.month = p_from AND EXISTS (
        SELECT FROM {schema}.audit_log_held_entries e
        WHERE e.tenant_id = s.tenant_id AND e.retention_class = p_class AND e.occurred_at >= p_from AND e.occurred_at < p_to AND e.id = ANY (s.entry_ids))
    ON CONFLICT DO NOTHING;
END
$$;
