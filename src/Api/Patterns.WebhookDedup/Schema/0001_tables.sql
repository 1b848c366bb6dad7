-- Which generation of keys is current. In overlap, claims write the current generation and the next.
CREATE TABLE {schema}.webhook_dedup_clock (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    current int NOT NULL,
    overlap boolean NOT NULL,
    turned_at timestamptz NOT NULL
);

INSERT INTO {schema}.webhook_dedup_clock (current, overlap, turned_at) VALUES (1, false, {schema}.now());

-- The memory: one row per event and generation. A unique index of a partitioned table must contain the partition's column, so a key is unique
-- within its generation only; webhook_dedup_claim looks at the previous generation too, and generations are dropped, never emptied.
-- COLLATE "C": identity is compared byte by byte, and no upgrade of the system's collations can break the index.
CREATE TABLE {schema}.webhook_dedup_keys (
    tenant_id text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    event_id text COLLATE "C" NOT NULL,
    generation int NOT NULL,
    receipt_id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    deliveries int NOT NULL DEFAULT 1,
    mismatches int NOT NULL DEFAULT 0,
    stored boolean NOT NULL,
    fingerprint bytea,
    PRIMARY KEY (tenant_id, source, event_id, generation)
) PARTITION BY LIST (generation);

CREATE TABLE {schema}.webhook_dedup_keys_g1 PARTITION OF {schema}.webhook_dedup_keys FOR VALUES IN (1);
CREATE TABLE {schema}.webhook_dedup_keys_g2 PARTITION OF {schema}.webhook_dedup_keys FOR VALUES IN (2);

-- The events whose payload is kept, to be worked on later. (receipt_id, received_at) are those of the key, until an event that is not done is moved out of a
-- partition that is dropped; then received_at is the time of the move. next_at is when an event is due: while it is leased, the end of the lease.
-- ordering (0 none, 1 latest wins, 2 strict) is the source's option of the time when the event came.
CREATE TABLE {schema}.webhook_dedup_events (
    tenant_id text COLLATE "C" NOT NULL,
    receipt_id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    source text COLLATE "C" NOT NULL,
    event_id text COLLATE "C" NOT NULL,
    type text COLLATE "C",
    payload bytea NOT NULL,
    state text COLLATE "C" NOT NULL CHECK (state IN ('pending', 'leased', 'done', 'ignored', 'superseded', 'dead')),
    attempts int NOT NULL DEFAULT 0,
    deferrals int NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,
    lease_token uuid,
    occurred_at timestamptz,
    ordering_key text COLLATE "C",
    position bigint,
    ordering smallint NOT NULL DEFAULT 0 CHECK (ordering = 0 OR ordering IN (1, 2) AND ordering_key IS NOT NULL AND position IS NOT NULL),
    error text CHECK (length(error) <= 2000),
    done_at timestamptz,
    redriven_by text,
    redrives int NOT NULL DEFAULT 0,
    first_received_at timestamptz,
    PRIMARY KEY (tenant_id, receipt_id, received_at)
) PARTITION BY RANGE (received_at);

CREATE INDEX webhook_dedup_events_next ON {schema}.webhook_dedup_events (source, next_at) WHERE state IN ('pending', 'leased');
CREATE INDEX webhook_dedup_events_line ON {schema}.webhook_dedup_events (tenant_id, source, ordering_key, position) WHERE ordering > 0 AND state IN ('pending', 'leased');
CREATE INDEX webhook_dedup_events_dead ON {schema}.webhook_dedup_events (tenant_id, receipt_id) WHERE state = 'dead';

-- How far each entity has come: the highest position that was applied. One row per entity, pruned when it is older than the memory of keys.
CREATE TABLE {schema}.webhook_dedup_order (
    tenant_id text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    ordering_key text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    applied_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, source, ordering_key)
);
