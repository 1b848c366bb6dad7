namespace Tenancy.Tests.RlsTesting.Lint;

public static partial class Gallery
{
    private static GalleryCase[] Keys =>
    [
        new("tenant-column-nullable", "public.notes.tenant_id", Table("ALTER TABLE notes DROP CONSTRAINT notes_pkey; ALTER TABLE notes ALTER tenant_id DROP NOT NULL; CREATE INDEX ON notes (tenant_id);")),
        new("tenant-column-not-indexed", "public.notes.tenant_id", Table("ALTER TABLE notes DROP CONSTRAINT notes_pkey, ADD PRIMARY KEY (id, tenant_id);")),
        new("tenant-column-not-indexed", "public.notes.tenant_id", Table("ALTER TABLE notes DROP CONSTRAINT notes_pkey; CREATE INDEX ON notes (tenant_id) WHERE is_public;")),
        new("unique-without-tenant", "public.customers_email_key", "ALTER TABLE customers ADD UNIQUE (email);"),
        new("unique-without-tenant", "public.customers_email", "CREATE UNIQUE INDEX customers_email ON customers (lower(email)) WHERE email <> '';"),
        new("unique-without-tenant", "public.notes_pkey", Table("ALTER TABLE notes DROP CONSTRAINT notes_pkey, ADD PRIMARY KEY (id); CREATE INDEX ON notes (tenant_id);")),
        new("unique-without-tenant", "public.notes_at_excl", Table("ALTER TABLE notes ADD EXCLUDE (at WITH =);"), "ALTER TABLE notes DROP CONSTRAINT notes_at_excl"),
        new("foreign-key-without-tenant", "refunds_order on public.refunds", """
            SET ROLE {owner};
            CREATE TABLE refunds (tenant_id text NOT NULL, id uuid NOT NULL, order_tenant text, order_id uuid, PRIMARY KEY (tenant_id, id),
                CONSTRAINT refunds_order FOREIGN KEY (order_tenant, order_id) REFERENCES orders (tenant_id, id) ON DELETE SET NULL DEFERRABLE);
            ALTER TABLE refunds ENABLE ROW LEVEL SECURITY;
            ALTER TABLE refunds FORCE ROW LEVEL SECURITY;
            CREATE POLICY refunds_tenant ON refunds TO {app} USING (tenant_id = (SELECT current_setting('app.tenant_id', true))) WITH CHECK (tenant_id = (SELECT current_setting('app.tenant_id', true)));
            GRANT SELECT ON refunds TO {app};
            RESET ROLE;
            """),
        new("foreign-key-without-tenant", "partners_other on public.partners", """
            SET ROLE {owner};
            CREATE TABLE partners (tenant_id text PRIMARY KEY, other text CONSTRAINT partners_other REFERENCES partners ON DELETE SET NULL);
            ALTER TABLE partners ENABLE ROW LEVEL SECURITY;
            ALTER TABLE partners FORCE ROW LEVEL SECURITY;
            CREATE POLICY partners_tenant ON partners TO {app} USING (tenant_id = (SELECT current_setting('app.tenant_id', true))) WITH CHECK (tenant_id = (SELECT current_setting('app.tenant_id', true)));
            GRANT SELECT ON partners TO {app};
            RESET ROLE;
            """, "ALTER TABLE partners DROP CONSTRAINT partners_other"),
        new("index-not-leakproof", "public.orders_amount", "CREATE INDEX orders_amount ON orders (tenant_id, amount);", "DROP INDEX orders_amount"),
        new("index-not-leakproof", "public.orders_note", "CREATE INDEX orders_note ON orders USING gin (to_tsvector('simple', note));", "DROP INDEX orders_note"),
    ];
}
