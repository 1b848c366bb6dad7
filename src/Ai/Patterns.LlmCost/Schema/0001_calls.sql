-- Booked attempts, and what they sum up to by day.
CREATE TABLE {schema}.llm_cost_daily (
    tenant_id text NOT NULL,
    day date NOT NULL,
    provider text NOT NULL,
    model text NOT NULL,
    feature text NOT NULL,
    tier text NOT NULL,
    calls bigint NOT NULL,
    buckets bigint[] NOT NULL,
    pico_usd numeric(38, 0) NOT NULL,
    estimated_pico_usd numeric(38, 0) NOT NULL,
    unpriced_calls bigint NOT NULL,
    PRIMARY KEY (tenant_id, day, provider, model, feature, tier)
);
COMMENT ON TABLE {schema}.llm_cost_daily IS 'Bounded: one row for each tenant, day, model, feature and tier in use';
