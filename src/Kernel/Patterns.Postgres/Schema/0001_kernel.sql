DO $$
BEGIN
    -- CREATE SCHEMA IF NOT EXISTS asks for the right to create even where the schema exists.
    IF to_regnamespace('{schema}') IS NULL THEN
        CREATE SCHEMA {schema};
    END IF;
END
$$;

CREATE TABLE {schema}.schema_versions (
    package text NOT NULL,
    number int NOT NULL,
    name text NOT NULL,
    checksum bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('applied', 'running')),
    claimed_until timestamptz,
    applied_at timestamptz,
    applied_by text NOT NULL DEFAULT current_user,
    duration_ms int,
    PRIMARY KEY (package, number)
);

CREATE TABLE {schema}.time_partitions (
    parent text NOT NULL,
    partition text NOT NULL,
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('attached', 'detaching', 'detached')),
    detached_at timestamptz,
    PRIMARY KEY (parent, partition)
);

CREATE TABLE {schema}.maintenance_claims (
    name text PRIMARY KEY,
    owner uuid NOT NULL,
    claimed_until timestamptz NOT NULL
);

-- The one clock of the family for leases, schedules and partitions. Constant within a statement, so that an index can be searched by it.
-- Tests move it with SET patterns.clock_offset = '1 hour'; nothing else sets that.
CREATE FUNCTION {schema}.now() RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
        SELECT CASE WHEN coalesce(pg_catalog.current_setting('patterns.clock_offset', true), '') = '' THEN pg_catalog.statement_timestamp()
            ELSE pg_catalog.statement_timestamp() + pg_catalog.current_setting('patterns.clock_offset')::pg_catalog.interval END
    $$;
