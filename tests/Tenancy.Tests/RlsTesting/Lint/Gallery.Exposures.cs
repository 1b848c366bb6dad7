namespace Tenancy.Tests.RlsTesting.Lint;

public static partial class Gallery
{
    private static GalleryCase[] Exposures =>
    [
        new("view-as-owner", "public.order_notes", "CREATE VIEW order_notes AS SELECT note FROM orders; GRANT SELECT ON order_notes TO {app};"),
        new("view-as-owner", "public.shown", """
            CREATE SCHEMA inner_views;
            CREATE VIEW inner_views.hidden WITH (security_invoker = on) AS SELECT note FROM orders;
            CREATE VIEW shown AS SELECT * FROM inner_views.hidden;
            GRANT SELECT ON shown TO {anon};
            """),
        new("materialized-view", "public.order_counts", "CREATE MATERIALIZED VIEW order_counts AS SELECT count(*) FROM orders; GRANT SELECT ON order_counts TO {app}, PUBLIC;"),
        new("foreign-table", "public.remote_orders", """
            CREATE FOREIGN DATA WRAPPER nowhere;
            CREATE SERVER nowhere FOREIGN DATA WRAPPER nowhere;
            CREATE FOREIGN TABLE remote_orders (tenant_id text, id uuid) SERVER nowhere;
            GRANT SELECT ON remote_orders TO {app};
            """),
        new("publication-without-filter", "publication everything: public.orders", "CREATE PUBLICATION everything FOR TABLE orders;"),
        new("publication-without-filter", "publication everything: public.orders", "DROP TABLE customers CASCADE; CREATE PUBLICATION everything FOR ALL TABLES;", "DROP PUBLICATION everything"),
        new("definer-search-path", "public.order_count()", """
            CREATE FUNCTION order_count() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM orders';
            REVOKE EXECUTE ON FUNCTION order_count() FROM PUBLIC;
            GRANT EXECUTE ON FUNCTION order_count() TO {app};
            """),
        new("definer-search-path", "public.touch()", "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NEW; END'; REVOKE EXECUTE ON FUNCTION touch() FROM PUBLIC;"),
        new("definer-public", "public.order_count(since timestamp with time zone)",
            "CREATE FUNCTION order_count(since timestamptz) RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'SELECT count(*) FROM orders';"),
    ];
}
