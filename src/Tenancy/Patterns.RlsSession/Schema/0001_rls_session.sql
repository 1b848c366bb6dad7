-- What HMAC derives from the keys of sealed scopes. Only its owner may read it: whoever can, can seal any tenant.
CREATE TABLE {schema}.rls_session_keys (
    key_id smallint PRIMARY KEY CHECK (key_id >= 0),
    inner_pad bytea NOT NULL CHECK (octet_length(inner_pad) = 64),
    outer_pad bytea NOT NULL CHECK (octet_length(outer_pad) = 64),
    not_after timestamptz
);

COMMENT ON TABLE {schema}.rls_session_keys IS 'Bounded: one row for each key that was ever installed';

REVOKE ALL ON TABLE {schema}.rls_session_keys FROM PUBLIC;
