-- The tenant whose scope the transaction has, or NULL. Whoever scopes transactions in another way replaces the body.
CREATE FUNCTION {schema}.audit_log_tenant() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT NULLIF(pg_catalog.current_setting('app.tenant_id', true), '') $$;

CREATE FUNCTION {schema}.audit_log_refuse() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('%s of %I is refused: the audit log only grows', TG_OP, TG_TABLE_NAME),
        HINT = 'Personal data is emptied with IAuditIntegrity.RedactAsync; whole months leave by their class of retention.';
END
$$;

-- An entry changes in one way: its personal data is emptied, with the entry named that says who did it and why. What a hold kept leaves when no hold covers it.
CREATE FUNCTION {schema}.audit_log_append_only() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.redaction IS NULL AND NEW.redaction IS NOT NULL AND NEW.personal IS NULL AND NEW.personal_salt IS NULL
            AND (OLD.tenant_id, OLD.occurred_at, OLD.id, OLD.retention_class, OLD.actor_type, OLD.actor_id, OLD.behalf_of_type, OLD.behalf_of_id, OLD.action, OLD.targets, OLD.outcome,
                OLD.reason, OLD.request_id, OLD.trace_id, OLD.details::text, OLD.details_salt, OLD.personal_commitment)
            IS NOT DISTINCT FROM
                (NEW.tenant_id, NEW.occurred_at, NEW.id, NEW.retention_class, NEW.actor_type, NEW.actor_id, NEW.behalf_of_type, NEW.behalf_of_id, NEW.action, NEW.targets, NEW.outcome,
                NEW.reason, NEW.request_id, NEW.trace_id, NEW.details::text, NEW.details_salt, NEW.personal_commitment) THEN
            RETURN NEW;
        END IF;
    ELSIF TG_TABLE_NAME = 'audit_log_held_entries' THEN
        IF NOT EXISTS (SELECT FROM {schema}.audit_log_holds h
            WHERE h.tenant_id = OLD.tenant_id AND h.released_reason IS NULL AND OLD.occurred_at >= h.from_at AND OLD.occurred_at < h.to_at) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('%s of %I is refused: the audit log only grows', TG_OP, TG_TABLE_NAME),
        HINT = 'Personal data is emptied with IAuditIntegrity.RedactAsync; whole months leave by their class of retention.';
END
$$;

-- Makes a table of the log, or mends it, so that it belongs to the role that cannot log in and refuses what would change it. Partitions do not take over all of this from their table.
CREATE FUNCTION {schema}.audit_log_guard(p_table regclass) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    v_owner text := btrim('{schema}', '"') || '_audit_owner';
    v_name text := (SELECT c.relname FROM pg_class c WHERE c.oid = p_table);
    v_trigger text;
    v_events text;
BEGIN
    FOR v_trigger, v_events IN VALUES
        ('audit_log_append_only', 'UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION {schema}.'
            || CASE WHEN v_name LIKE 'audit\_log\_entries%' OR v_name = 'audit_log_held_entries' THEN 'audit_log_append_only()' ELSE 'audit_log_refuse()' END),
        ('audit_log_no_truncate', 'TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION {schema}.audit_log_refuse()') LOOP
        IF NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = p_table AND t.tgname = v_trigger) THEN
            EXECUTE format('CREATE TRIGGER %I BEFORE ' || v_events, v_trigger, p_table);
        END IF;
        -- Else a session with session_replication_role = replica would pass it.
        IF EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = p_table AND t.tgname = v_trigger AND t.tgenabled <> 'A') THEN
            EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', p_table, v_trigger);
        END IF;
    END LOOP;
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', p_table);
    EXECUTE format('REVOKE ALL ON TABLE %s FROM PUBLIC', p_table);
    IF (SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = p_table) <> v_owner THEN
        EXECUTE format('ALTER TABLE %s OWNER TO %I', p_table, v_owner);
    END IF;
END
$$;

DO $$
DECLARE
    v_prefix text := btrim('{schema}', '"') || '_audit_';
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['entries', 'held_entries', 'seals', 'seal_entries', 'runs', 'classes'] LOOP
        PERFORM {schema}.audit_log_guard(format('{schema}.%I', 'audit_log_' || v_table)::regclass);
    END LOOP;

    FOREACH v_table IN ARRAY ARRAY['entries', 'held_entries', 'seals', 'seal_entries', 'held_seal_entries', 'runs', 'classes', 'pending', 'heads', 'holds'] LOOP
        EXECUTE format('ALTER TABLE {schema}.%I OWNER TO %I', 'audit_log_' || v_table, v_prefix || 'owner');
        EXECUTE format('ALTER TABLE {schema}.%I ENABLE ROW LEVEL SECURITY', 'audit_log_' || v_table);
        EXECUTE format('REVOKE ALL ON TABLE {schema}.%I FROM PUBLIC', 'audit_log_' || v_table);
        EXECUTE format('GRANT SELECT ON TABLE {schema}.%I TO %I', 'audit_log_' || v_table, v_prefix || 'auditor');
        EXECUTE format('CREATE POLICY audit_log_auditor ON {schema}.%I FOR SELECT TO %I USING (true)', 'audit_log_' || v_table, v_prefix || 'auditor');
    END LOOP;

    FOREACH v_table IN ARRAY ARRAY['entries', 'held_entries'] LOOP
        EXECUTE format('GRANT SELECT ON TABLE {schema}.%I TO %I', 'audit_log_' || v_table, v_prefix || 'reader');
        EXECUTE format('CREATE POLICY audit_log_reader ON {schema}.%I FOR SELECT TO %I USING (tenant_id = (SELECT {schema}.audit_log_tenant()))', 'audit_log_' || v_table, v_prefix || 'reader');
    END LOOP;

    EXECUTE format('GRANT SELECT ON TABLE {schema}.time_partitions TO %I, %I', v_prefix || 'owner', v_prefix || 'auditor');
END
$$;
