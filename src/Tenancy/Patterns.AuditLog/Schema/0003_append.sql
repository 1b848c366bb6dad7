-- Appends an entry and queues it for the sealer; false when it was there already. Targets come as one text, separated by U+001F.
CREATE FUNCTION {schema}.audit_log_append(
    p_tenant text, p_at timestamptz, p_id uuid, p_class text, p_actor_type text, p_actor text, p_behalf_type text, p_behalf text, p_action text, p_targets text,
    p_outcome smallint, p_reason text, p_request text, p_trace text, p_details json, p_details_salt bytea, p_personal json, p_personal_salt bytea,
    p_commitment bytea, p_leaf bytea)
    RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    v_scope text := {schema}.audit_log_tenant();
BEGIN
    IF v_scope <> p_tenant THEN
        RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('an audit entry is for another tenant than the transaction''s scope, which is %L', v_scope),
            HINT = 'Append it in that tenant''s own scope, or outside of any.';
    END IF;

    INSERT INTO {schema}.audit_log_entries (
        tenant_id, occurred_at, id, retention_class, actor_type, actor_id, behalf_of_type, behalf_of_id, action, targets, outcome, reason, request_id, trace_id,
        details, details_salt, personal, personal_salt, personal_commitment)
    VALUES (
        p_tenant, p_at, p_id, p_class, p_actor_type, p_actor, p_behalf_type, p_behalf, p_action, string_to_array(p_targets, E'\x1f'), p_outcome, p_reason, p_request, p_trace,
        p_details, p_details_salt, p_personal, p_personal_salt, p_commitment)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO {schema}.audit_log_pending (tenant_id, occurred_at, id, retention_class, leaf, since) VALUES (p_tenant, p_at, p_id, p_class, p_leaf, {schema}.now());
    RETURN true;
END
$$;

-- The same for many. Answers the places, from 1, of those that were there already, or NULL when all are new.
CREATE FUNCTION {schema}.audit_log_append(
    p_tenants text[], p_times timestamptz[], p_ids uuid[], p_classes text[], p_actor_types text[], p_actors text[], p_behalf_types text[], p_behalfs text[], p_actions text[], p_targets text[],
    p_outcomes smallint[], p_reasons text[], p_requests text[], p_traces text[], p_details json[], p_details_salts bytea[], p_personal json[], p_personal_salts bytea[],
    p_commitments bytea[], p_leaves bytea[])
    RETURNS int[]
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    v_scope text;
    v_at timestamptz;
    v_new record;
    v_known int[];
BEGIN
    -- As a lone caller's call has: half of the time that what is below takes.
    IF cardinality(p_ids) = 1 THEN
        RETURN CASE WHEN {schema}.audit_log_append(
            p_tenants[1], p_times[1], p_ids[1], p_classes[1], p_actor_types[1], p_actors[1], p_behalf_types[1], p_behalfs[1], p_actions[1], p_targets[1], p_outcomes[1],
            p_reasons[1], p_requests[1], p_traces[1], p_details[1], p_details_salts[1], p_personal[1], p_personal_salts[1], p_commitments[1], p_leaves[1])
            THEN NULL ELSE ARRAY[1] END;
    END IF;

    v_scope := {schema}.audit_log_tenant();
    IF v_scope <> ANY (p_tenants) THEN
        RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('an audit entry is for another tenant than the transaction''s scope, which is %L', v_scope),
            HINT = 'Append it in that tenant''s own scope, or outside of any.';
    END IF;

    -- By place, since plpgsql keeps arrays taken apart: unnest of nineteen would write and read as many lists of rows. generate_subscripts and not generate_series, whose rows the planner counts in the
    -- arguments and so would plan each call anew.
    WITH written AS (
        INSERT INTO {schema}.audit_log_entries (
            tenant_id, occurred_at, id, retention_class, actor_type, actor_id, behalf_of_type, behalf_of_id, action, targets, outcome, reason, request_id, trace_id,
            details, details_salt, personal, personal_salt, personal_commitment)
        SELECT
            p_tenants[i], p_times[i], p_ids[i], p_classes[i], p_actor_types[i], p_actors[i], p_behalf_types[i], p_behalfs[i], p_actions[i], string_to_array(p_targets[i], E'\x1f'), p_outcomes[i],
            p_reasons[i], p_requests[i], p_traces[i], p_details[i], p_details_salts[i], p_personal[i], p_personal_salts[i], p_commitments[i]
        FROM generate_subscripts(p_ids, 1) AS i
        ON CONFLICT DO NOTHING
        RETURNING tenant_id, occurred_at, id, retention_class
    )
    SELECT count(*) AS count, array_agg(w.tenant_id) AS tenants, array_agg(w.occurred_at) AS times, array_agg(w.id) AS ids, array_agg(w.retention_class) AS classes INTO v_new FROM written w;

    v_at := {schema}.now();
    IF v_new.count = cardinality(p_ids) THEN
        INSERT INTO {schema}.audit_log_pending (tenant_id, occurred_at, id, retention_class, leaf, since)
        SELECT p_tenants[i], p_times[i], p_ids[i], p_classes[i], p_leaves[i], v_at FROM generate_subscripts(p_ids, 1) AS i;
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
