namespace Tenancy.Tests.RlsTesting.Lint;

/// <summary>Deliberate mistakes, one for each rule at least.</summary>
public static partial class Gallery
{
    /// <summary>Two tables as they should be, and what the mistakes are made with.</summary>
    public const string Protected = """
        SET ROLE {owner};
        CREATE TABLE customers (tenant_id text NOT NULL, id uuid NOT NULL, email text NOT NULL, PRIMARY KEY (tenant_id, id));
        CREATE TABLE orders (tenant_id text NOT NULL, id uuid NOT NULL, customer_id uuid NOT NULL, note text, amount numeric, PRIMARY KEY (tenant_id, id),
            CONSTRAINT orders_customer FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id));
        ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
        ALTER TABLE customers FORCE ROW LEVEL SECURITY;
        ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
        ALTER TABLE orders FORCE ROW LEVEL SECURITY;
        CREATE POLICY customers_tenant ON customers TO {app} USING (tenant_id = (SELECT current_setting('app.tenant_id', true))) WITH CHECK (tenant_id = (SELECT current_setting('app.tenant_id', true)));
        CREATE POLICY orders_tenant ON orders TO {app} USING (tenant_id = (SELECT current_setting('app.tenant_id', true))) WITH CHECK (tenant_id = (SELECT current_setting('app.tenant_id', true)));
        GRANT SELECT, INSERT, UPDATE, DELETE ON customers, orders TO {app};
        RESET ROLE;
        """;

    public static IReadOnlyList<GalleryCase> Cases { get; } = [.. Tables, .. Policies, .. Keys, .. Exposures, .. Grants, .. Names];

    /// <summary>A further table with everything but what follows it: the policy, unless told.</summary>
    private static string Table(string more = "", string name = "notes", string policy = Policy) => $$"""
        SET ROLE {owner};
        CREATE TABLE {{name}} (tenant_id text NOT NULL, id uuid NOT NULL, owner_id uuid, body text NOT NULL DEFAULT '', is_public boolean NOT NULL DEFAULT false, at timestamptz, PRIMARY KEY (tenant_id, id));
        ALTER TABLE {{name}} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {{name}} FORCE ROW LEVEL SECURITY;
        GRANT SELECT, INSERT, UPDATE, DELETE ON {{name}} TO {app};
        {{policy}}
        {{more}}
        RESET ROLE;
        """;

    private const string Tenant = "tenant_id = (SELECT current_setting('app.tenant_id', true))";

    private const string Policy = $$"""CREATE POLICY notes_tenant ON notes TO {app} USING ({{Tenant}}) WITH CHECK ({{Tenant}});""";
}
