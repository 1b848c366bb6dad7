using Npgsql;
using Patterns.RlsTesting;

namespace Tenancy.Tests.RlsTesting.Leaks;

/// <summary>Rows that are made from the catalogue alone, and what is said where that is not enough.</summary>
public sealed class FixtureTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Tables => new()
    {
        { "identity and generated", "{t} (tenant_id text NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY, a int NOT NULL, b int GENERATED ALWAYS AS (a * 2) STORED, PRIMARY KEY (tenant_id, id))" },
        { "numbers", "{t} (tenant_id text NOT NULL, id smallint NOT NULL, b bigint NOT NULL, n numeric(4, 2) NOT NULL, tiny numeric(3, 3) NOT NULL, r real NOT NULL, m money NOT NULL, PRIMARY KEY (tenant_id, id))" },
        { "texts", "{t} (tenant_id varchar(20) NOT NULL, code char(3) NOT NULL, short varchar(2) NOT NULL, one \"char\" NOT NULL, name name NOT NULL, PRIMARY KEY (tenant_id, code))" },
        { "times", "{t} (tenant_id text NOT NULL, id uuid PRIMARY KEY, d date NOT NULL, t time NOT NULL, tz timetz NOT NULL, ts timestamp NOT NULL, at timestamptz NOT NULL, i interval NOT NULL)" },
        { "documents and bytes", "{t} (tenant_id text NOT NULL, id uuid PRIMARY KEY, j json NOT NULL, jb jsonb NOT NULL, x xml, b bytea NOT NULL, v tsvector NOT NULL, q tsquery NOT NULL, p jsonpath NOT NULL)" },
        { "networks and bits", "{t} (tenant_id text NOT NULL, id uuid PRIMARY KEY, i inet NOT NULL, c cidr NOT NULL, m macaddr NOT NULL, m8 macaddr8 NOT NULL, b bit(3) NOT NULL, vb varbit(4) NOT NULL)" },
        { "shapes", "{t} (tenant_id text NOT NULL, id uuid PRIMARY KEY, p point NOT NULL, b box NOT NULL, l lseg NOT NULL, pa path NOT NULL, po polygon NOT NULL, c circle NOT NULL, li line NOT NULL)" },
        { "arrays", "{t} (tenant_id text NOT NULL, id uuid PRIMARY KEY, a int[] NOT NULL, t text[] NOT NULL CHECK (cardinality(t) > 0), u uuid[] NOT NULL)" },
        { "ranges that must not overlap", "{t} (tenant_id text NOT NULL, id uuid PRIMARY KEY, i int4range NOT NULL, d daterange NOT NULL CHECK (NOT isempty(d)), p tstzrange NOT NULL, m nummultirange NOT NULL, EXCLUDE USING gist (p WITH &&))" },
        { "an enum and a composite", "{t} (tenant_id text NOT NULL, id uuid PRIMARY KEY, mood {s}.mood NOT NULL, moods {s}.mood[] NOT NULL, pair {s}.pair NOT NULL)" },
        { "domains", "{t} (tenant_id text NOT NULL, id uuid PRIMARY KEY, mail {s}.mail NOT NULL, level {s}.level NOT NULL, code {s}.code)" },
        { "lists", "{t} (tenant_id text NOT NULL, id uuid PRIMARY KEY, state text NOT NULL CHECK (state IN ('open', 'closed')), kind varchar(9) NOT NULL CHECK (kind IN ('x', 'y')), sole text NOT NULL CHECK (sole = 'one'), n smallint NOT NULL CHECK (n IN (7, 9)))" },
        { "bounds", "{t} (tenant_id text NOT NULL, id uuid PRIMARY KEY, a int NOT NULL CHECK (a BETWEEN 500 AND 510), b int NOT NULL CHECK (b < -3), c bigint NOT NULL CHECK (c >= 1000000), d numeric(3, 2) NOT NULL CHECK (d > 0 AND d < 1))" },
        { "lengths", "{t} (tenant_id text NOT NULL, id uuid PRIMARY KEY, a text NOT NULL CHECK (length(a) = 26), b bytea NOT NULL CHECK (octet_length(b) = 33), c text NOT NULL CHECK (char_length(c) <= 3), d text NOT NULL CHECK (d <> ''))" },
        { "patterns", "{t} (tenant_id text NOT NULL, id uuid PRIMARY KEY, mail text NOT NULL CHECK (mail ~ '^[^@]+@[^@]+$'), iso text NOT NULL CHECK (iso ~ '^[A-Z]{3}$'), url text NOT NULL CHECK (url LIKE 'https://%'), slug text NOT NULL CHECK (slug ~ '^[a-z][a-z0-9-]*$'))" },
        { "columns that belong together", "{t} (tenant_id text NOT NULL, id uuid PRIMARY KEY, since timestamptz NOT NULL, till timestamptz NOT NULL, CHECK (since < till), a text, b text, CHECK (num_nonnulls(a, b) = 1), on_since boolean NOT NULL, CHECK (on_since))" },
        { "a parent of the same tenant", "{s}.p (tenant_id text NOT NULL, id uuid NOT NULL, PRIMARY KEY (tenant_id, id)); CREATE TABLE {t} (tenant_id text NOT NULL, id uuid NOT NULL, p uuid NOT NULL, PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, p) REFERENCES {s}.p)" },
        { "a table of tenants", "{s}.tenants (id text PRIMARY KEY, name text NOT NULL UNIQUE); CREATE TABLE {t} (tenant_id text NOT NULL REFERENCES {s}.tenants, id uuid NOT NULL, PRIMARY KEY (tenant_id, id))" },
        { "tenants that are there already", "{s}.tenants (id text PRIMARY KEY); INSERT INTO {s}.tenants VALUES ('acme'), ('globex'); CREATE TABLE {t} (tenant_id text PRIMARY KEY REFERENCES {s}.tenants, n int NOT NULL)" },
        { "one row for a tenant", "{t} (tenant_id text PRIMARY KEY, n int NOT NULL)" },
        { "a hierarchy", "{t} (tenant_id text NOT NULL, id uuid NOT NULL, parent uuid, PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, parent) REFERENCES {t})" },
        { "a hierarchy whose root is its own parent", "{t} (tenant_id text NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent bigint NOT NULL REFERENCES {t})" },
        { "a circle with a way in", "{s}.p (tenant_id text NOT NULL, id uuid PRIMARY KEY, t uuid); CREATE TABLE {t} (tenant_id text NOT NULL, id uuid PRIMARY KEY, p uuid NOT NULL REFERENCES {s}.p); ALTER TABLE {s}.p ADD FOREIGN KEY (t) REFERENCES {t}" },
        { "a deferred key", "{s}.p (tenant_id text NOT NULL, id uuid PRIMARY KEY); CREATE TABLE {t} (tenant_id text NOT NULL, id uuid PRIMARY KEY, p uuid NOT NULL REFERENCES {s}.p DEFERRABLE INITIALLY DEFERRED)" },
        { "no key at all", "{t} (tenant_id text NOT NULL, note text NOT NULL)" },
        { "partitions by month", "{t} (tenant_id text NOT NULL, id uuid NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (tenant_id, id, at)) PARTITION BY RANGE (at); CREATE TABLE {s}.t1 PARTITION OF {t} FOR VALUES FROM ('2031-01-01') TO ('2031-02-01')" },
        { "partitions without a lower bound", "{t} (tenant_id text NOT NULL, id int NOT NULL, PRIMARY KEY (tenant_id, id)) PARTITION BY RANGE (id); CREATE TABLE {s}.t1 PARTITION OF {t} FOR VALUES FROM (MINVALUE) TO (-5)" },
        { "partitions by the time in an id", "{t} (tenant_id text NOT NULL, id uuid PRIMARY KEY CHECK (id::text LIKE '______________7%')) PARTITION BY RANGE (id); CREATE TABLE {s}.t1 PARTITION OF {t} FOR VALUES FROM ('019a3bd1-3400-0000-0000-000000000000') TO ('019ad650-3c00-0000-0000-000000000000')" },
        { "partitions by ids", "{t} (tenant_id text NOT NULL, id uuid PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE {s}.t1 PARTITION OF {t} FOR VALUES FROM (MINVALUE) TO ('80000000-0000-0000-0000-000000000000')" },
        { "partitions of partitions", "{t} (tenant_id text NOT NULL, class text NOT NULL, at timestamptz NOT NULL DEFAULT now()) PARTITION BY LIST (class); CREATE TABLE {s}.t1 PARTITION OF {t} FOR VALUES IN ('hot', 'it''s (cold)') PARTITION BY RANGE (at); CREATE TABLE {s}.t2 PARTITION OF {s}.t1 FOR VALUES FROM ('2001-01-01') TO ('2001-02-01')" },
        { "partitions by tenant", "{t} (tenant_id text NOT NULL, id uuid NOT NULL, PRIMARY KEY (tenant_id, id)) PARTITION BY LIST (tenant_id); CREATE TABLE {s}.t1 PARTITION OF {t} FOR VALUES IN ('acme'); CREATE TABLE {s}.t2 PARTITION OF {t} FOR VALUES IN ('globex')" },
        { "names that need quotes", "{t} (tenant_id text NOT NULL, \"Order \"\"Id\"\"\" uuid PRIMARY KEY, \"select\" text NOT NULL CHECK (\"select\" = 'back\\slash''s'))" },
        { "partitions by hash", "{t} (tenant_id text NOT NULL, id uuid NOT NULL, PRIMARY KEY (tenant_id, id)) PARTITION BY HASH (tenant_id); CREATE TABLE {s}.t1 PARTITION OF {t} FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE {s}.t2 PARTITION OF {t} FOR VALUES WITH (MODULUS 2, REMAINDER 1)" },
        { "a partition for the rest", "{t} (tenant_id text NOT NULL, class text NOT NULL) PARTITION BY LIST (class); CREATE TABLE {s}.t1 PARTITION OF {t} DEFAULT" },
        { "partitions by an expression", "{t} (tenant_id text NOT NULL, at timestamp NOT NULL) PARTITION BY RANGE (date_trunc('day', at)); CREATE TABLE {s}.t1 PARTITION OF {t} FOR VALUES FROM ('2000-01-01') TO ('2100-01-01')" },
        { "identities by default and keys of what is generated", "{t} (tenant_id text NOT NULL, id int GENERATED BY DEFAULT AS IDENTITY, code text NOT NULL, low text GENERATED ALWAYS AS (lower(code)) STORED NOT NULL, PRIMARY KEY (tenant_id, low), UNIQUE (tenant_id, id))" },
        { "domains of domains, of arrays, of ranges and of enums", "{t} (tenant_id text NOT NULL, id uuid PRIMARY KEY, a {s}.work_mail NOT NULL, b {s}.levels NOT NULL, c {s}.span NOT NULL, d {s}.good_mood NOT NULL, e {s}.level[] NOT NULL)" },
        { "types of an extension", "{t} (tenant_id public.citext NOT NULL, id uuid PRIMARY KEY, mail public.citext NOT NULL CHECK (mail ~ '@'), h public.hstore NOT NULL, path public.ltree NOT NULL)" },
        { "ranges that must not overlap for one tenant", "{t} (tenant_id text NOT NULL, id uuid PRIMARY KEY, room int NOT NULL, p tstzrange NOT NULL, EXCLUDE USING gist (tenant_id WITH =, room WITH =, p WITH &&))" },
        { "a parent of several columns of which all or none are there", "{s}.p (tenant_id text NOT NULL, kind text NOT NULL CHECK (kind IN ('a', 'b')), id int NOT NULL, UNIQUE (tenant_id, kind, id)); CREATE TABLE {t} (tenant_id text NOT NULL, p_kind text, p_id int, id uuid, PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, p_kind, p_id) REFERENCES {s}.p (tenant_id, kind, id), CHECK (num_nonnulls(p_kind, p_id) = 2))" },
        { "a hierarchy of one tenant whose root is its own parent", "{t} (tenant_id text NOT NULL, id uuid NOT NULL, parent uuid NOT NULL, PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, parent) REFERENCES {t} DEFERRABLE)" },
        { "keys of expressions and of parts", "{t} (tenant_id text NOT NULL, id uuid PRIMARY KEY, mail text NOT NULL, gone boolean NOT NULL); CREATE UNIQUE INDEX ON {s}.t (tenant_id, lower(mail)) WHERE NOT gone; CREATE UNIQUE INDEX ON {s}.t ((tenant_id || mail))" },
        { "labels and types that need quotes", "{t} (tenant_id text NOT NULL, id uuid PRIMARY KEY, k {s}.\"Kind (of \"\"it\"\")\" NOT NULL, ks {s}.\"Kind (of \"\"it\"\")\"[] NOT NULL)" },
        { "uuids as tenants are texts too", "{t} (tenant_id text NOT NULL DEFAULT current_setting('app.tenant_id'), id uuid NOT NULL DEFAULT pg_catalog.gen_random_uuid(), PRIMARY KEY (tenant_id, id))" },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    [Guarantee("RlsTesting", 9)]
    public async Task Rows_are_made_from_types_and_constraints(string what, string table)
    {
        var shop = await Playground.NewAsync(
            database,
            """
            CREATE TYPE {s}.mood AS ENUM ('good', 'bad'); CREATE TYPE {s}.pair AS (a int, b text);
            CREATE DOMAIN {s}.mail AS text NOT NULL CHECK (VALUE LIKE '%_@_%'); CREATE DOMAIN {s}.level AS int CHECK (VALUE BETWEEN 40 AND 50); CREATE DOMAIN {s}.code AS char(2);
            CREATE DOMAIN {s}.work_mail AS {s}.mail CHECK (VALUE LIKE '%@example.com'); CREATE DOMAIN {s}.levels AS int[] CHECK (cardinality(VALUE) > 0); CREATE DOMAIN {s}.span AS daterange CHECK (NOT isempty(VALUE));
            CREATE DOMAIN {s}.good_mood AS {s}.mood CHECK (VALUE = 'good'); CREATE TYPE {s}."Kind (of ""it"")" AS ENUM ('it''s', 'b\c');
            CREATE EXTENSION IF NOT EXISTS citext SCHEMA public; CREATE EXTENSION IF NOT EXISTS hstore SCHEMA public; CREATE EXTENSION IF NOT EXISTS ltree SCHEMA public; CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public;

            """ + $"CREATE TABLE {table};".Replace("{t}", "{s}.t", StringComparison.Ordinal) +
            """

            ALTER TABLE {s}.t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY pin ON {s}.t USING (tenant_id = current_setting('app.tenant_id', true));
            GRANT SELECT, INSERT, UPDATE, DELETE ON {s}.t TO {app};
            """);

        var matrix = await shop.ProbeAsync();

        matrix.ThrowIfUnsafe();
        matrix.Probes.Should().Contain(p => p.Table == shop.Schema + ".t" && p.Command == ProbeCommand.ReadOwn && p.Seen == ProbeOutcome.Reached, what);
    }

    [Fact]
    [Guarantee("RlsTesting", 9)]
    public async Task A_column_that_cannot_be_guessed_is_named_with_the_servers_words_until_the_test_gives_it()
    {
        var shop = await Playground.NewAsync(
            database,
            Playground.Orders + """
            ALTER TABLE {s}.orders ADD COLUMN iban text NOT NULL CONSTRAINT iban_form CHECK (iban ~ '^DE[0-9]{20}$');
            CREATE TABLE {s}.lines (tenant_id text NOT NULL, order_id uuid NOT NULL, at date NOT NULL, PRIMARY KEY (tenant_id, order_id), FOREIGN KEY (tenant_id, order_id) REFERENCES {s}.orders);
            GRANT SELECT ON {s}.lines TO {app};
            """);

        var matrix = await shop.ProbeAsync();

        matrix.IsSafe.Should().BeFalse();
        matrix.Probes.Where(p => p.Seen == ProbeOutcome.Unbuildable).Select(p => p.Table).Should().Equal(shop.Schema + ".lines", shop.Schema + ".orders");
        matrix.Invoking(m => m.ThrowIfUnsafe()).Should().Throw<RlsUnsafeException>().WithMessage($"*{shop.Schema}.orders: Fixture*column iban*iban_form*With(\"{shop.Schema}.orders\"*");
        var given = await shop.ProbeAsync(b => b
            .With(shop.Schema + ".orders", row => row["iban"] = "DE" + row.Number.ToString("D20", null))
            .With(shop.Schema + ".lines", row => row["at"] = new DateOnly(2026, 1, 2)));
        given.Probes.Should().NotContain(p => p.Seen == ProbeOutcome.Unbuildable);
        given.Probes.Where(p => p.Table == shop.Schema + ".orders").Should().OnlyContain(p => p.IsSafe);
    }

    [Theory]
    [InlineData("a trigger that refuses", "CREATE FUNCTION {s}.no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'never'; END $$; CREATE TRIGGER no BEFORE INSERT ON {s}.orders FOR EACH ROW EXECUTE FUNCTION {s}.no()", "*never*")]
    [InlineData("a trigger that swallows", "CREATE FUNCTION {s}.no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$; CREATE TRIGGER no BEFORE INSERT ON {s}.orders FOR EACH ROW EXECUTE FUNCTION {s}.no()", "*kept the row out*")]
    [InlineData("no partition", "DROP TABLE {s}.orders; CREATE TABLE {s}.orders (tenant_id text NOT NULL, n int NOT NULL) PARTITION BY LIST (n); GRANT SELECT ON {s}.orders TO {app}", "*it has no partition*")]
    [InlineData("a circle", "CREATE TABLE {s}.p (tenant_id text, id uuid PRIMARY KEY, o uuid NOT NULL); ALTER TABLE {s}.orders ADD UNIQUE (id), ADD p uuid NOT NULL REFERENCES {s}.p; ALTER TABLE {s}.p ADD FOREIGN KEY (o) REFERENCES {s}.orders (id)", "*circle*")]
    [Guarantee("RlsTesting", 9)]
    public async Task Where_no_row_can_be_made_the_table_is_reported_and_not_skipped(string why, string sql, string message)
    {
        var shop = await Playground.NewAsync(database, Playground.Orders + sql);

        var matrix = await shop.ProbeAsync();

        matrix.Probes.Single(p => p.Table == shop.Schema + ".orders").Should().Match<Probe>(p => p.Seen == ProbeOutcome.Unbuildable && !p.IsSafe, why).And.Subject.As<Probe>().Detail.Should().Match(message);
    }

    [Fact]
    [Guarantee("RlsTesting", 9)]
    public async Task A_table_whose_rows_belong_to_a_tenant_through_a_parent_is_probed_by_its_parent()
    {
        var shop = await Playground.NewAsync(
            database,
            Playground.Orders + """
            ALTER TABLE {s}.orders ADD UNIQUE (id);
            CREATE TABLE {s}.lines (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id uuid NOT NULL REFERENCES {s}.orders (id), text text NOT NULL);
            ALTER TABLE {s}.lines ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY pin ON {s}.lines USING (EXISTS (SELECT FROM {s}.orders o WHERE o.id = order_id));
            GRANT SELECT, INSERT, UPDATE, DELETE ON {s}.lines TO {app};
            """);

        var safe = await shop.ProbeAsync();
        await shop.ExecuteAsync("ALTER POLICY pin ON {s}.lines WITH CHECK (true)");
        var leaking = await shop.ProbeAsync();

        safe.ThrowIfUnsafe();
        leaking.Probes.Where(p => !p.IsSafe && p.Identity == ProbeIdentity.A).Select(p => p.Command).Should().Contain([ProbeCommand.InsertAsOther, ProbeCommand.UpdateMove]);
    }

    [Theory]
    [InlineData("FOR ALL")]
    [InlineData("FOR ALL TO {app}")]
    [Guarantee("RlsTesting", 9)]
    public async Task The_owner_of_forced_tables_serves_as_administrator(string policy)
    {
        var shop = await Playground.NewAsync(
            database,
            $$"""
            ALTER ROLE {owner} LOGIN; GRANT {app}, {anon} TO {owner};
            CREATE TABLE {s}.orders (tenant_id text NOT NULL, id uuid NOT NULL, total int NOT NULL, PRIMARY KEY (tenant_id, id));
            ALTER TABLE {s}.orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY, OWNER TO {owner};
            CREATE POLICY pin ON {s}.orders {{policy}} USING (tenant_id = current_setting('app.tenant_id', true));
            GRANT SELECT, INSERT, UPDATE, DELETE ON {s}.orders TO {app};
            """);
        await using var owner = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = shop.Owner });

        var matrix = await shop.Audit(owner).Build().ProbeAsync(Ct);
        await shop.ExecuteAsync("ALTER POLICY pin ON {s}.orders WITH CHECK (true)");
        var leaking = await shop.Audit(owner).Build().ProbeAsync(Ct);

        matrix.ThrowIfUnsafe();
        leaking.Probes.Where(p => !p.IsSafe).Select(p => p.Command).Should().Contain([ProbeCommand.InsertAsOther, ProbeCommand.UpdateMove]);
    }
}
