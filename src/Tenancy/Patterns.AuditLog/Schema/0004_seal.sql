-- The lock that lets one sealer work at a time, in whichever process.
CREATE FUNCTION {schema}.audit_log_seal_lock() RETURNS bigint
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT pg_catalog.hashtextextended('{schema}.audit_log_seal', 0) $$;

-- Writes a run with its seals, in the transaction that took the pending entries under the lock, and takes these out. Seals come in the order of the run's tree; the entries of all seals one after
-- another, each seal's in the order of its sequence numbers.
CREATE FUNCTION {schema}.audit_log_seal(
    p_run_no bigint, p_kind smallint, p_previous bytea, p_root bytea, p_sealed_at timestamptz, p_note text, p_hash bytea, p_signature bytea, p_key_id text,
    p_tenants text[], p_seal_nos bigint[], p_classes text[], p_months timestamptz[], p_first_seqs bigint[], p_counts int[], p_roots bytea[], p_previouses bytea[], p_hashes bytea[], p_leaves bytea[],
    p_ids uuid[], p_times timestamptz[], p_places text[])
    RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    v_count int;
BEGIN
    PERFORM pg_advisory_xact_lock({schema}.audit_log_seal_lock());
    IF p_run_no <> coalesce((SELECT max(r.run_no) FROM {schema}.audit_log_runs r), 0) + 1 THEN
        RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = format('run %s does not follow the last one', p_run_no);
    END IF;

    INSERT INTO {schema}.audit_log_runs (run_no, kind, previous, root, seals, sealed_at, note, hash, signature, key_id)
    VALUES (p_run_no, p_kind, p_previous, p_root, cardinality(p_tenants), p_sealed_at, p_note, p_hash, p_signature, p_key_id);
    IF cardinality(p_tenants) = 0 THEN
        RETURN;
    END IF;

    INSERT INTO {schema}.audit_log_seals (tenant_id, seal_no, run_no, retention_class, month, first_seq, count, root, previous, hash)
    SELECT s.tenant, s.seal_no, p_run_no, s.class, s.month, s.first_seq, s.count, s.root, s.previous, s.hash
    FROM unnest(p_tenants, p_seal_nos, p_classes, p_months, p_first_seqs, p_counts, p_roots, p_previouses, p_hashes)
        AS s (tenant, seal_no, class, month, first_seq, count, root, previous, hash);

    INSERT INTO {schema}.audit_log_seal_entries (tenant_id, month, seal_no, retention_class, entry_ids, occurred_at, leaves)
    SELECT s.tenant, s.month, s.seal_no, s.class, p_ids[s.upto - s.count + 1 : s.upto], p_times[s.upto - s.count + 1 : s.upto], s.leaves
    FROM (
        SELECT e.*, (sum(e.count) OVER (ORDER BY e.place ROWS UNBOUNDED PRECEDING))::int AS upto
        FROM unnest(p_tenants, p_months, p_seal_nos, p_classes, p_counts, p_leaves) WITH ORDINALITY AS e (tenant, month, seal_no, class, count, leaves, place)
    ) AS s;

    INSERT INTO {schema}.audit_log_heads AS h (tenant_id, seal_no, next_seq, hash)
    SELECT DISTINCT ON (s.tenant) s.tenant, s.seal_no, s.first_seq + s.count, s.hash
    FROM unnest(p_tenants, p_seal_nos, p_first_seqs, p_counts, p_hashes) AS s (tenant, seal_no, first_seq, count, hash)
    ORDER BY s.tenant, s.seal_no DESC
    ON CONFLICT (tenant_id) DO UPDATE SET seal_no = excluded.seal_no, next_seq = excluded.next_seq, hash = excluded.hash;

    DELETE FROM {schema}.audit_log_pending p WHERE p.ctid = ANY (p_places::tid[]);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    IF v_count <> cardinality(p_ids) THEN
        RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = format('%s of %s pending entries were there to be sealed', v_count, cardinality(p_ids));
    END IF;
END
$$;

-- Says how long a class is kept from now on, and makes its tables.
CREATE FUNCTION {schema}.audit_log_keep_class(p_class text, p_days int) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    v_table text;
    v_partition text;
    v_column text;
BEGIN
    IF (SELECT c.days FROM {schema}.audit_log_classes c WHERE c.retention_class = p_class ORDER BY c.in_force_at DESC LIMIT 1) = p_days THEN
        RETURN;
    END IF;

    PERFORM pg_advisory_xact_lock(hashtextextended('{schema}.audit_log_classes', 0));
    IF (SELECT c.days FROM {schema}.audit_log_classes c WHERE c.retention_class = p_class ORDER BY c.in_force_at DESC LIMIT 1) = p_days THEN
        RETURN;
    END IF;

    INSERT INTO {schema}.audit_log_classes (retention_class, days, in_force_at) VALUES (p_class, p_days, {schema}.now());
    FOR v_table, v_column IN VALUES ('audit_log_entries', 'occurred_at'), ('audit_log_seal_entries', 'month') LOOP
        v_partition := v_table || '_' || p_class;
        CONTINUE WHEN to_regclass(format('{schema}.%I', v_partition)) IS NOT NULL;
        EXECUTE format('CREATE TABLE {schema}.%I (LIKE {schema}.%I INCLUDING ALL) PARTITION BY RANGE (%I)', v_partition, v_table, v_column);
        EXECUTE format('ALTER TABLE {schema}.%I ATTACH PARTITION {schema}.%I FOR VALUES IN (%L)', v_table, v_partition, p_class);
        PERFORM {schema}.audit_log_guard(format('{schema}.%I', v_partition)::regclass);
    END LOOP;
END
$$;
