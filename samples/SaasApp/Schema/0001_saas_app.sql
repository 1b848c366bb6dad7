-- The application's own tables, in a schema of their own beside the packages'.
CREATE SCHEMA app;

-- The effect of an event. Deliberately without a unique key on event_id: that there is one row per event comes from the claim alone, and a
-- second effect would show. The same holds for object_id, the invoice or checkout that was paid: the ledger's key sees to it.
CREATE TABLE app.payments (
    id uuid PRIMARY KEY,
    event_id text NOT NULL,
    type text NOT NULL,
    object_id text NOT NULL,
    buyer text,
    credits bigint,
    customer text,
    amount bigint,
    currency text,
    recorded_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX payments_event ON app.payments (event_id);

-- What the customer of a paid invoice gets. Without a unique key on event_id either, for the same reason.
CREATE TABLE app.receipts (
    id uuid PRIMARY KEY,
    event_id text NOT NULL,
    document text NOT NULL,
    rendered_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX receipts_event ON app.receipts (event_id);

-- What was answered to whom, for people to look at. Written after the answer and outside its transaction, so no effect may hang on it.
CREATE TABLE app.deliveries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    event_id text,
    type text,
    status int,
    outcome text NOT NULL
);

CREATE INDEX deliveries_event ON app.deliveries (event_id);

-- What tenants write. No policy stands here: TableProtection adds them when the functions that they ask are there.
CREATE TABLE app.documents (
    tenant_id text NOT NULL,
    id uuid NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    written_by text NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
);

-- What one writes by hand, to be measured beside the packages.
CREATE TABLE app.received_by_hand (
    event_id text PRIMARY KEY,
    payload bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE app.accounts_by_hand (
    name text PRIMARY KEY,
    balance bigint NOT NULL
);

CREATE TABLE app.spends_by_hand (
    id uuid PRIMARY KEY,
    account text NOT NULL,
    amount bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
