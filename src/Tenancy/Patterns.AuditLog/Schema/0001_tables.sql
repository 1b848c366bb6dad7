-- Four roles that cannot log in: who owns the tables, who may append, who may read a tenant's entries, and who may seal and verify.
DO $$
DECLARE
    v_prefix text := pg_catalog.btrim('{schema}', '"') || '_audit_';
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY[v_prefix || 'owner', v_prefix || 'writer', v_prefix || 'reader', v_prefix || 'auditor'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = v_role) THEN
            BEGIN
                EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', v_role);
            EXCEPTION
                -- Roles belong to the server: another database's installation was first.
                WHEN duplicate_object OR unique_violation THEN NULL;
                WHEN insufficient_privilege THEN
                    RAISE EXCEPTION USING ERRCODE = '42501',
                        MESSAGE = pg_catalog.format('role %I is missing, and %I may not make it', v_role, current_user),
                        HINT = pg_catalog.format('As an administrator: CREATE ROLE %1$I NOLOGIN; GRANT %1$I TO %2$I;', v_role, current_user);
            END;
        END IF;
    END LOOP;

    -- To give it the tables, and to make and drop partitions of them later.
    IF NOT pg_catalog.pg_has_role(v_prefix || 'owner', 'USAGE') THEN
        EXECUTE pg_catalog.format('GRANT %I TO %I', v_prefix || 'owner', current_user);
    END IF;
    EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA {schema} TO %I, %I, %I', v_prefix || 'writer', v_prefix || 'reader', v_prefix || 'auditor');
    EXECUTE pg_catalog.format('GRANT USAGE, CREATE ON SCHEMA {schema} TO %I', v_prefix || 'owner');
END
$$;

-- Which classes of retention there were, from when, and how long. A partition keeps the longest that was in force while it could be written.
CREATE TABLE {schema}.audit_log_classes (
    retention_class text NOT NULL CHECK (retention_class ~ '^[a-z][a-z0-9_]{0,19}$'),
    days int NOT NULL CHECK (days BETWEEN 1 AND 36500),
    in_force_at timestamptz NOT NULL,
    PRIMARY KEY (retention_class, in_force_at)
);
COMMENT ON TABLE {schema}.audit_log_classes IS 'Bounded: one row for each change of a class in the options';

-- All columns but redaction are in the leaf's hash; personal and personal_salt by their commitment. json, since jsonb reorders keys, and the exact text was hashed.
CREATE TABLE {schema}.audit_log_entries (
    tenant_id text NOT NULL,
    occurred_at timestamptz NOT NULL,
    id uuid NOT NULL,
    retention_class text NOT NULL,
    actor_type text NOT NULL,
    actor_id text NOT NULL,
    behalf_of_type text,
    behalf_of_id text,
    action text NOT NULL,
    targets text[] NOT NULL,
    outcome smallint NOT NULL,
    reason text,
    request_id text,
    trace_id text,
    details json,
    details_salt bytea,
    personal json,
    personal_salt bytea,
    personal_commitment bytea,
    redaction uuid,
    PRIMARY KEY (tenant_id, occurred_at, id, retention_class)
) PARTITION BY LIST (retention_class);

CREATE INDEX audit_log_entries_actor ON {schema}.audit_log_entries (tenant_id, actor_id, occurred_at);
CREATE INDEX audit_log_entries_action ON {schema}.audit_log_entries (tenant_id, action text_pattern_ops, occurred_at);
CREATE INDEX audit_log_entries_targets ON {schema}.audit_log_entries USING gin (targets);

-- Entries that no seal covers yet, written with them and taken out with their seal.
CREATE TABLE {schema}.audit_log_pending (
    tenant_id text NOT NULL,
    occurred_at timestamptz NOT NULL,
    id uuid NOT NULL,
    retention_class text NOT NULL,
    leaf bytea NOT NULL,
    since timestamptz NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000);
COMMENT ON TABLE {schema}.audit_log_pending IS 'Bounded: the sealer empties it about once a second';

-- The last seal of each tenant, and what its next one begins with.
CREATE TABLE {schema}.audit_log_heads (
    tenant_id text PRIMARY KEY,
    seal_no bigint NOT NULL,
    next_seq bigint NOT NULL,
    hash bytea NOT NULL
) WITH (fillfactor = 70);

-- One for each tenant, class and month that a run found entries of: a Merkle tree over their leaves.
CREATE TABLE {schema}.audit_log_seals (
    tenant_id text NOT NULL,
    seal_no bigint NOT NULL,
    run_no bigint NOT NULL,
    retention_class text NOT NULL,
    month timestamptz NOT NULL,
    first_seq bigint NOT NULL,
    count int NOT NULL,
    root bytea NOT NULL,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (tenant_id, seal_no)
);
COMMENT ON TABLE {schema}.audit_log_seals IS 'Bounded: at most one a second for each tenant, class and month with new entries, of some 300 bytes; the chain that proofs stand on is kept for ever';
CREATE INDEX audit_log_seals_run ON {schema}.audit_log_seals (run_no);

-- Which entries a seal covers, in the order of their sequence numbers; leaves holds 32 bytes for each. Goes with the entries' partition.
CREATE TABLE {schema}.audit_log_seal_entries (
    tenant_id text NOT NULL,
    month timestamptz NOT NULL,
    seal_no bigint NOT NULL,
    retention_class text NOT NULL,
    entry_ids uuid[] NOT NULL,
    occurred_at timestamptz[] NOT NULL,
    leaves bytea NOT NULL,
    PRIMARY KEY (tenant_id, month, seal_no, retention_class)
) PARTITION BY LIST (retention_class);

-- kind: 0 seals, 1 heartbeat, 2 new epoch, 3 drop of partitions. note: the reason of an epoch, the record of a drop as JSON.
CREATE TABLE {schema}.audit_log_runs (
    run_no bigint PRIMARY KEY,
    kind smallint NOT NULL,
    previous bytea NOT NULL,
    root bytea NOT NULL,
    seals int NOT NULL,
    sealed_at timestamptz NOT NULL,
    note text,
    hash bytea NOT NULL,
    signature bytea NOT NULL,
    key_id text NOT NULL
);
COMMENT ON TABLE {schema}.audit_log_runs IS 'Bounded: at most about one a second, of some 400 bytes; the chain that proofs stand on is kept for ever';
CREATE INDEX audit_log_runs_kind ON {schema}.audit_log_runs (kind, run_no) WHERE kind > 1;

CREATE TABLE {schema}.audit_log_holds (
    tenant_id text NOT NULL,
    case_id text NOT NULL,
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL,
    reason text NOT NULL,
    released_reason text,
    PRIMARY KEY (tenant_id, case_id)
);
COMMENT ON TABLE {schema}.audit_log_holds IS 'Bounded: one row for each case';

-- What a legal hold keeps of partitions that were dropped.
CREATE TABLE {schema}.audit_log_held_entries (LIKE {schema}.audit_log_entries INCLUDING DEFAULTS INCLUDING CONSTRAINTS, PRIMARY KEY (tenant_id, occurred_at, id, retention_class));
COMMENT ON TABLE {schema}.audit_log_held_entries IS 'Bounded: entries under legal hold whose partition is gone; releasing the hold deletes them';
CREATE TABLE {schema}.audit_log_held_seal_entries (LIKE {schema}.audit_log_seal_entries INCLUDING DEFAULTS INCLUDING CONSTRAINTS, PRIMARY KEY (tenant_id, month, seal_no, retention_class));
COMMENT ON TABLE {schema}.audit_log_held_seal_entries IS 'Bounded: as audit_log_held_entries';
