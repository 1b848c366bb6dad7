namespace Patterns.RlsTesting;

/// <summary>
/// Functions that live in the session's temporary schema until the transaction is rolled back. Each statement that they are given runs in a subtransaction, so that a list of
/// statements is one trip, whichever of them fail. They run with the rights of whoever calls them.
/// </summary>
internal static class ProbeFunctions
{
    /// <summary>The SQLSTATE with which a subtransaction ends that did nothing wrong.</summary>
    private const string Done = "PTEND";

    /// <summary>The SQLSTATE of a function that saw what a view hides.</summary>
    public const string Saw = "PTSAW";

    public const string Create =
        $"""
        CREATE FUNCTION pg_temp.patterns_insert(statements text[], past text, keep boolean,
            OUT chosen int, OUT made text[], OUT state text, OUT message text, OUT about text, OUT missing text, OUT domain_name text) LANGUAGE plpgsql AS $patterns$
        DECLARE
            s text; m text; k text; c text; d text;
        BEGIN
            FOR i IN 1 .. cardinality(statements) LOOP
                BEGIN
                    EXECUTE statements[i] INTO made;
                    IF NOT keep THEN
                        RAISE EXCEPTION USING ERRCODE = '{Done}';
                    END IF;
                    chosen := i; state := '00000'; message := ''; about := ''; missing := ''; domain_name := '';
                    RETURN;
                EXCEPTION WHEN OTHERS THEN
                    GET STACKED DIAGNOSTICS s = RETURNED_SQLSTATE, m = MESSAGE_TEXT, k = CONSTRAINT_NAME, c = COLUMN_NAME, d = PG_DATATYPE_NAME;
                    IF s = '{Done}' THEN
                        chosen := i; state := '00000'; message := ''; about := ''; missing := ''; domain_name := '';
                        RETURN;
                    END IF;
                    -- A row that fails at the next constraint has come further than one that fails at the same.
                    IF chosen IS NULL OR (state || ':' || about || ':' || domain_name = past AND s LIKE '23%' AND s || ':' || k || ':' || d <> past) THEN
                        chosen := i; state := s; message := m; about := k; missing := c; domain_name := d;
                    END IF;
                END;
            END LOOP;
        END
        $patterns$;
        CREATE FUNCTION pg_temp.patterns_probe(statements text[], yardsticks text[], preludes text[], witnesses text[], administrator text,
            OUT counts bigint[], OUT states text[], OUT messages text[], OUT yardstick_counts bigint[], OUT yardstick_states text[]) LANGUAGE plpgsql AS $patterns$
        DECLARE
            n bigint; before text; after text; state text; message text; statement text; acting text := current_setting('role');
        BEGIN
            FOR i IN 1 .. cardinality(statements) LOOP
                FOREACH statement IN ARRAY ARRAY[yardsticks[i], statements[i]] LOOP
                    n := 0; state := NULL; message := NULL;
                    IF statement IS NOT NULL THEN
                        BEGIN
                            IF preludes[i] IS NOT NULL OR witnesses[i] IS NOT NULL THEN
                                PERFORM set_config('role', administrator, true);
                                IF preludes[i] IS NOT NULL THEN
                                    BEGIN EXECUTE preludes[i]; EXCEPTION WHEN OTHERS THEN NULL; END;
                                END IF;
                                IF witnesses[i] IS NOT NULL THEN
                                    EXECUTE witnesses[i] INTO before;
                                END IF;
                                PERFORM set_config('role', acting, true);
                            END IF;
                            EXECUTE statement;
                            GET DIAGNOSTICS n = ROW_COUNT;
                            IF witnesses[i] IS NOT NULL THEN
                                PERFORM set_config('role', administrator, true);
                                EXECUTE witnesses[i] INTO after;
                                n := (after IS DISTINCT FROM before)::int;
                            END IF;
                            RAISE EXCEPTION USING ERRCODE = '{Done}';
                        EXCEPTION WHEN OTHERS THEN
                            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
                            IF state = '{Done}' THEN
                                state := '00000'; message := '';
                            ELSE
                                n := 0;
                            END IF;
                        END;
                    END IF;
                    IF yardstick_states IS NULL OR cardinality(yardstick_states) < i THEN
                        yardstick_counts := yardstick_counts || n; yardstick_states := yardstick_states || coalesce(state, '');
                    ELSE
                        counts := counts || n; states := states || state; messages := messages || message;
                    END IF;
                END LOOP;
            END LOOP;
        END
        $patterns$;
        CREATE FUNCTION pg_temp.patterns_peek(value anyelement, needles text[], whole boolean) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $patterns$
        BEGIN
            IF EXISTS (SELECT FROM unnest(needles) n WHERE value::text = n OR NOT whole AND position(n IN value::text) > 0) THEN
                RAISE EXCEPTION 'a function in the WHERE saw the row of another tenant' USING ERRCODE = '{Saw}';
            END IF;
            RETURN true;
        END
        $patterns$;
        GRANT EXECUTE ON FUNCTION pg_temp.patterns_probe(text[], text[], text[], text[], text), pg_temp.patterns_peek(anyelement, text[], boolean), pg_temp.patterns_insert(text[], text, boolean) TO PUBLIC
        """;
}
