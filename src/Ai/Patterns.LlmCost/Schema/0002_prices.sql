-- Dated prices, and the files that they came from.
CREATE TABLE {schema}.llm_cost_prices (
    provider text NOT NULL,
    pattern text NOT NULL,
    tier text NOT NULL,
    region text NOT NULL,
    threshold bigint NOT NULL CHECK (threshold >= 0),
    bucket text NOT NULL,
    valid_from timestamptz NOT NULL,
    micro_usd bigint NOT NULL CHECK (micro_usd >= 0),
    PRIMARY KEY (provider, pattern, tier, region, threshold, bucket, valid_from)
);
COMMENT ON TABLE {schema}.llm_cost_prices IS 'Bounded: one row for each price that was published; micro-USD for a million of the bucket''s unit';

-- The highest number is the version of the prices: processes read them again when it has grown.
CREATE TABLE {schema}.llm_cost_price_imports (
    import_number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    published timestamptz NOT NULL,
    imported_at timestamptz NOT NULL,
    added integer NOT NULL,
    changed integer NOT NULL,
    unchanged integer NOT NULL
);
COMMENT ON TABLE {schema}.llm_cost_price_imports IS 'Bounded: one row for each imported file';
