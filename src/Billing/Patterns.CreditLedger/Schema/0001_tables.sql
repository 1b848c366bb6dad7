-- An account is (tenant, asset). Every operation on it holds its row lock from before its first read until the end of its transaction, so the operations of an account are
-- one after the other, and its row equals its last entry. available includes credits that are not effective yet; expired ones leave it when an operation meets them.
-- due_at is never later than the first moment at which a lot or a hold of the account expires. below_watermark: the present crossing was reported.
CREATE TABLE {schema}.credit_ledger_accounts (
    tenant_id text COLLATE "C" NOT NULL,
    asset text COLLATE "C" NOT NULL,
    available bigint NOT NULL DEFAULT 0,
    held bigint NOT NULL DEFAULT 0,
    debt bigint NOT NULL DEFAULT 0,
    last_seq bigint NOT NULL DEFAULT 0,
    last_at timestamptz NOT NULL DEFAULT '-infinity',
    due_at timestamptz NOT NULL DEFAULT 'infinity',
    overdraft_limit bigint NOT NULL DEFAULT 0,
    low_watermark bigint,
    below_watermark boolean NOT NULL DEFAULT false,
    reload_key text COLLATE "C",
    reload_op uuid,
    reload_until timestamptz,
    PRIMARY KEY (tenant_id, asset),
    CHECK (available >= 0 AND held >= 0 AND debt >= 0)
) WITH (fillfactor = 70);

COMMENT ON TABLE {schema}.credit_ledger_accounts IS 'Bounded: one row for each account';

CREATE INDEX credit_ledger_accounts_due ON {schema}.credit_ledger_accounts (due_at) WHERE due_at < 'infinity';

-- A grant. Its drain order (priority, expires_at, effective_at, lot_id) never changes; 'infinity' means that it does not expire. repaid is the part of consumed that repaid debt,
-- reclaimed what was asked back in all, moved what went on to successor lots (source_lot is theirs), and moved_minor the share of the cost that went with it.
-- is_open instead of remaining > 0 in the index: an update that leaves the lot open changes no indexed column, and stays on its page. The CHECK is short, since every statement
-- that writes a row reads it anew.
CREATE TABLE {schema}.credit_ledger_lots (
    tenant_id text COLLATE "C" NOT NULL,
    asset text COLLATE "C" NOT NULL,
    lot_id uuid NOT NULL,
    grant_key text COLLATE "C" NOT NULL,
    pool text COLLATE "C" NOT NULL,
    priority int NOT NULL,
    granted bigint NOT NULL,
    remaining bigint NOT NULL,
    held bigint NOT NULL DEFAULT 0,
    consumed bigint NOT NULL DEFAULT 0,
    repaid bigint NOT NULL DEFAULT 0,
    expired bigint NOT NULL DEFAULT 0,
    revoked bigint NOT NULL DEFAULT 0,
    moved bigint NOT NULL DEFAULT 0,
    reclaimed bigint NOT NULL DEFAULT 0,
    source_lot uuid,
    granted_at timestamptz NOT NULL,
    effective_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL DEFAULT 'infinity',
    cost_minor bigint,
    moved_minor bigint NOT NULL DEFAULT 0,
    currency text COLLATE "C",
    reference text,
    op_id uuid NOT NULL,
    content_hash bytea NOT NULL,
    is_open boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, asset, lot_id),
    UNIQUE (tenant_id, asset, grant_key),
    CHECK (remaining >= 0 AND held >= 0 AND is_open = (remaining > 0))
) WITH (fillfactor = 70);

COMMENT ON TABLE {schema}.credit_ledger_lots IS 'Bounded: one row for each grant, which is remembered for ever';

CREATE INDEX credit_ledger_lots_drain ON {schema}.credit_ledger_lots (tenant_id, asset, priority, expires_at, effective_at, lot_id) WHERE is_open;

-- status: 1 open, 2 settled, 3 released, 4 lapsed. lot_amounts is what is still held of each lot, amount what was held in all, settled what was spent of it.
CREATE TABLE {schema}.credit_ledger_holds (
    tenant_id text COLLATE "C" NOT NULL,
    asset text COLLATE "C" NOT NULL,
    hold_id uuid NOT NULL,
    hold_key text COLLATE "C" NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    settled bigint NOT NULL DEFAULT 0 CHECK (settled >= 0),
    status smallint NOT NULL DEFAULT 1 CHECK (status BETWEEN 1 AND 4),
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_op uuid,
    lot_ids uuid[] NOT NULL,
    lot_amounts bigint[] NOT NULL,
    op_id uuid NOT NULL,
    content_hash bytea NOT NULL,
    PRIMARY KEY (tenant_id, asset, hold_id),
    UNIQUE (tenant_id, asset, hold_key)
) WITH (fillfactor = 70);

COMMENT ON TABLE {schema}.credit_ledger_holds IS 'Bounded: ended holds leave with the archive';

CREATE INDEX credit_ledger_holds_open ON {schema}.credit_ledger_holds (tenant_id, asset, expires_at) WHERE status = 1;

-- The ledger: one row for each lot that an operation touches, and one for a change of the debt alone. Rows are added and never changed.
-- kind and what it does to the lot (remaining, held, consumed ...); op_key is the operation's own key, about the key of what it is about (a hold, a spend, a grant):
--   1 grant     +remaining                 7 refund    consumed -> remaining   (without a lot: -debt)
--   2 spend     remaining -> consumed      8 revoke    remaining -> revoked    (without a lot: +debt); asked is what was asked back
--               (without a lot: +debt)     9 repay     remaining -> consumed, -debt
--   3 hold      remaining -> held         10 move      remaining -> moved
--   4 settle    held -> consumed          11 receive   +remaining, in the successor lot
--   5 release   held -> remaining         12 lapse     held -> remaining, since the hold expired
--   6 expire    remaining -> expired            13 restore   consumed -> remaining, where a refund meets debt that was repaid
CREATE TABLE {schema}.credit_ledger_entries (
    tenant_id text COLLATE "C" NOT NULL,
    asset text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    op_id uuid NOT NULL,
    op_key text COLLATE "C",
    kind smallint NOT NULL,
    lot_id uuid,
    pool text COLLATE "C",
    d_available bigint NOT NULL,
    d_held bigint NOT NULL,
    d_debt bigint NOT NULL,
    available_after bigint NOT NULL,
    held_after bigint NOT NULL,
    debt_after bigint NOT NULL,
    recognised_minor bigint NOT NULL DEFAULT 0,
    asked bigint,
    about text COLLATE "C",
    reason text,
    reference text,
    content_hash bytea,
    PRIMARY KEY (tenant_id, asset, seq, at)
) PARTITION BY RANGE (at);

-- By what entries are looked up that have a key. An index on the columns would look as cheap as the primary key to a plan that is made while a partition is new and empty, and
-- such a plan may read all entries of the account. So queries compare this number, and the tenant in a way that no index answers (tenant_id || ''), since a number can be met by chance.
CREATE FUNCTION {schema}.credit_ledger_key(p_tenant text, p_asset text, p_key text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT hashtextextended(p_key, hashtextextended(p_asset, hashtextextended(p_tenant, 0))) $$;

CREATE INDEX credit_ledger_entries_key ON {schema}.credit_ledger_entries ({schema}.credit_ledger_key(tenant_id, asset, op_key)) WHERE op_key IS NOT NULL;
CREATE INDEX credit_ledger_entries_about ON {schema}.credit_ledger_entries ({schema}.credit_ledger_key(tenant_id, asset, about)) WHERE about IS NOT NULL;

-- What the entries up to seq, which were archived, came to: the account's figures (lot_id is all zeros), and each lot's. Entries with that number or a lower one may
-- still be there.
CREATE TABLE {schema}.credit_ledger_checkpoints (
    tenant_id text COLLATE "C" NOT NULL,
    asset text COLLATE "C" NOT NULL,
    lot_id uuid NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    available bigint NOT NULL,
    held bigint NOT NULL,
    debt bigint NOT NULL,
    consumed bigint NOT NULL,
    expired bigint NOT NULL,
    revoked bigint NOT NULL,
    moved bigint NOT NULL,
    recognised_minor bigint NOT NULL,
    PRIMARY KEY (tenant_id, asset, lot_id)
);

COMMENT ON TABLE {schema}.credit_ledger_checkpoints IS 'Bounded: one row for each account and lot';

-- Refuses what would falsify the book. Whole partitions leave by being dropped.
CREATE FUNCTION {schema}.credit_ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Entries of the credit ledger are never changed: % is refused. Correct a mistake with another operation.', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;

-- For each row, so that it holds for statements on a partition too.
CREATE TRIGGER credit_ledger_entries_append_only BEFORE UPDATE OR DELETE ON {schema}.credit_ledger_entries
    FOR EACH ROW EXECUTE FUNCTION {schema}.credit_ledger_refuse();
