-- What providers invoiced, one statement for a provider's month, and how what the booked calls do not explain is spread over tenants.
CREATE TABLE {schema}.llm_cost_statements (
    statement_id text PRIMARY KEY,
    provider text NOT NULL,
    month date NOT NULL,
    pico_usd numeric(38, 0) NOT NULL,
    allocated_at timestamptz
);
COMMENT ON TABLE {schema}.llm_cost_statements IS 'Bounded: one row for each statement of a provider';

-- Each allocation spreads over all that is booked for the provider's month, so that a second one would count everything twice.
CREATE UNIQUE INDEX llm_cost_statements_allocated ON {schema}.llm_cost_statements (provider, month) WHERE allocated_at IS NOT NULL;

CREATE TABLE {schema}.llm_cost_statement_lines (
    statement_id text NOT NULL REFERENCES {schema}.llm_cost_statements ON DELETE CASCADE,
    day date NOT NULL,
    model text NOT NULL,
    pico_usd numeric(38, 0) NOT NULL,
    requests bigint,
    buckets bigint[],
    PRIMARY KEY (statement_id, day, model)
);
COMMENT ON TABLE {schema}.llm_cost_statement_lines IS 'Bounded: one row for each statement, day and model';

CREATE TABLE {schema}.llm_cost_allocations (
    tenant_id text NOT NULL,
    statement_id text NOT NULL,
    pico_usd numeric(38, 0) NOT NULL,
    PRIMARY KEY (tenant_id, statement_id)
);
COMMENT ON TABLE {schema}.llm_cost_allocations IS 'Bounded: one row for each statement and tenant';
CREATE INDEX llm_cost_allocations_statement ON {schema}.llm_cost_allocations (statement_id);

-- Reports and reconciliations read a month of all tenants. The day of a row never changes, so that updates of its sums stay out of this index.
CREATE INDEX llm_cost_daily_day ON {schema}.llm_cost_daily (day);

-- The sums of rows of buckets, one by one.
CREATE AGGREGATE {schema}.llm_cost_sum(bigint[]) (
    SFUNC = {schema}.llm_cost_add,
    STYPE = bigint[],
    INITCOND = '{0,0,0,0,0,0,0,0,0,0,0,0}'
);
