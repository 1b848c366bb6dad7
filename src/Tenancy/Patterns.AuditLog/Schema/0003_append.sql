-- Appends entries and queues them for the sealer. Answers the places, from 1, of those that were there already, or NULL when all are new. Targets come as one text, separated by U+001F.
CREATE FUNCTION {schema}.audit_log_append(
    p_tenants text[], p_times timestamptz[], p_ids uuid[], p_classes text[], p_actor_types text[], p_actors text[], p_behalf_types text[], p_behalfs text[], p_actions text[], p_targets text[],
    p_outcomes smallint[], p_reasons text[], p_requests text[], p_traces text[], p_details json[], p_details_salts bytea[], p_personal json[], p_personal_salts bytea[],
    p_commitments bytea[], p_leaves bytea[])
    RETURNS int[]
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    v_scope text := {schema}.audit_log_tenant();
    v_at timestamptz := {schema}.now();
    v_new record;
    v_known int[];
BEGIN
    IF v_scope <> ANY (p_tenants) THEN
        RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('an audit entry is for another tenant than the transaction''s scope, which is %L', v_scope),
            HINT = 'Append it in that tenant''s own scope, or outside of any.';
    END IF;

    -- One entry, as most calls have: three fifths of the time that the arrays below take.
    IF cardinality(p_ids) = 1 THEN
        INSERT INTO {schema}.audit_log_entries (
            tenant_id, occurred_at, id, retention_class, actor_type, actor_id, behalf_of_type, behalf_of_id, action, targets, outcome, reason, request_id, trace_id,
            details, details_salt, personal, personal_salt, personal_commitment)
        VALUES (
            p_tenants[1], p_times[1], p_ids[1], p_classes[1], p_actor_types[1], p_actors[1], p_behalf_types[1], p_behalfs[1], p_actions[1], string_to_array(p_targets[1], E'\x1f'), p_outcomes[1],
            p_reasons[1], p_requests[1], p_traces[1], p_details[1], p_details_salts[1], p_personal[1], p_personal_salts[1], p_commitments[1])
        ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            RETURN '{1}';
        END IF;
        INSERT INTO {schema}.audit_log_pending (tenant_id, occurred_at, id, retention_class, leaf, since) VALUES (p_tenants[1], p_times[1], p_ids[1], p_classes[1], p_leaves[1], v_at);
        RETURN NULL;
    END IF;

    WITH written AS (
        INSERT INTO {schema}.audit_log_entries (
            tenant_id, occurred_at, id, retention_class, actor_type, actor_id, behalf_of_type, behalf_of_id, action, targets, outcome, reason, request_id, trace_id,
            details, details_salt, personal, personal_salt, personal_commitment)
        SELECT e.tenant, e.at, e.id, e.class, e.actor_type, e.actor, e.behalf_type, e.behalf, e.action, string_to_array(e.targets, E'\x1f'), e.outcome, e.reason, e.request, e.trace,
            e.details, e.details_salt, e.personal, e.personal_salt, e.commitment
        FROM unnest(p_tenants, p_times, p_ids, p_classes, p_actor_types, p_actors, p_behalf_types, p_behalfs, p_actions, p_targets, p_outcomes, p_reasons, p_requests, p_traces,
            p_details, p_details_salts, p_personal, p_personal_salts, p_commitments)
            AS e (tenant, at, id, class, actor_type, actor, behalf_type, behalf, action, targets, outcome, reason, request, trace, details, details_salt, personal, personal_salt, commitment)
        ON CONFLICT DO NOTHING
        RETURNING tenant_id, occurred_at, id, retention_class
    )
    SELECT count(*) AS count, array_agg(w.tenant_id) AS tenants, array_agg(w.occurred_at) AS times, array_agg(w.id) AS ids, array_agg(w.retention_class) AS classes INTO v_new FROM written w;

    IF v_new.count = cardinality(p_ids) THEN
        INSERT INTO {schema}.audit_log_pending (tenant_id, occurred_at, id, retention_class, leaf, since)
        SELECT e.tenant, e.at, e.id, e.class, e.leaf, v_at FROM unnest(p_tenants, p_times, p_ids, p_classes, p_leaves) AS e (tenant, at, id, class, leaf);
        RETURN NULL;
    END IF;

    -- An entry may be in the call twice: the first of the two was written.
    WITH asked AS (
        SELECT e.*, row_number() OVER (PARTITION BY e.tenant, e.at, e.id, e.class ORDER BY e.place) AS turn
        FROM unnest(p_tenants, p_times, p_ids, p_classes, p_leaves) WITH ORDINALITY AS e (tenant, at, id, class, leaf, place)
    ), news AS (
        SELECT a.* FROM asked a
        JOIN unnest(v_new.tenants, v_new.times, v_new.ids, v_new.classes) AS n (tenant, at, id, class) USING (tenant, at, id, class)
        WHERE a.turn = 1
    ), queued AS (
        INSERT INTO {schema}.audit_log_pending (tenant_id, occurred_at, id, retention_class, leaf, since)
        SELECT n.tenant, n.at, n.id, n.class, n.leaf, v_at FROM news n
    )
    SELECT array_agg(a.place::int ORDER BY a.place) INTO v_known FROM asked a WHERE a.place NOT IN (SELECT n.place FROM news n);
    RETURN v_known;
END
$$;
