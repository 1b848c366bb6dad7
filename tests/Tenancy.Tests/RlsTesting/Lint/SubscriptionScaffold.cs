namespace Tenancy.Tests.RlsTesting.Lint;

/// <summary>A subscription schema as scaffolds for Supabase write it, with the few parts of Supabase that it stands on. Nobody owns it who cannot log in, and nothing is forced.</summary>
internal static class SubscriptionScaffold
{
    public const string Supabase = """
        CREATE SCHEMA auth;
        GRANT USAGE ON SCHEMA auth TO {app}, {anon};
        CREATE TABLE auth.users (id uuid PRIMARY KEY, email text, raw_user_meta_data jsonb);
        CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $$;
        CREATE FUNCTION auth.role() RETURNS text LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role' $$;
        ALTER ROLE {other} BYPASSRLS;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO {app}, {anon}, {other};
        """;

    public const string Migration = """
        CREATE TYPE subscription_status AS ENUM ('trialing', 'active', 'past_due', 'canceled');

        CREATE TABLE profiles (
            id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE,
            email text NOT NULL,
            full_name text,
            stripe_customer_id text UNIQUE);

        CREATE TABLE plans (id text PRIMARY KEY, name text NOT NULL, price_cents integer NOT NULL);

        CREATE TABLE subscriptions (
            id uuid PRIMARY KEY,
            user_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
            plan_id text NOT NULL REFERENCES plans (id),
            status subscription_status NOT NULL,
            stripe_subscription_id text UNIQUE);
        CREATE INDEX subscriptions_by_user ON subscriptions (user_id);
        CREATE INDEX subscriptions_by_status ON subscriptions (status);

        CREATE TABLE subscription_audit (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            subscription_id uuid REFERENCES subscriptions (id),
            user_id uuid,
            change jsonb NOT NULL);

        ALTER TABLE profiles ENABLE ROW LEVEL SECURITY;
        ALTER TABLE subscriptions ENABLE ROW LEVEL SECURITY;
        ALTER TABLE subscription_audit ENABLE ROW LEVEL SECURITY;

        CREATE POLICY "Users can view own profile" ON profiles FOR SELECT USING (auth.uid() = id);
        CREATE POLICY "Users can update own profile" ON profiles FOR UPDATE USING (auth.uid() = id);
        CREATE POLICY "Service role full access" ON profiles USING (true);
        CREATE POLICY "Users can view own subscriptions" ON subscriptions FOR SELECT USING ((SELECT auth.uid()) = user_id);
        CREATE POLICY "Service role full access" ON subscriptions USING (true);
        CREATE POLICY "Service role full access" ON subscription_audit USING (auth.role() = 'service_role');

        CREATE FUNCTION handle_new_user() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            INSERT INTO public.profiles (id, email, full_name) VALUES (NEW.id, NEW.email, NEW.raw_user_meta_data ->> 'full_name');
            RETURN NEW;
        END $$;
        CREATE TRIGGER on_auth_user_created AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION handle_new_user();

        CREATE FUNCTION has_active_subscription(who uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER AS $$
            SELECT EXISTS (SELECT FROM public.subscriptions WHERE user_id = who AND status = 'active')
        $$;

        CREATE VIEW active_subscriptions AS SELECT * FROM subscriptions WHERE status = 'active';
        """;

    /// <summary>What is to be found, as rule and object; tables are public's.</summary>
    public static readonly string[] Expected =
    [
        "policy-always-true \"Service role full access\" on public.profiles",
        "policy-always-true \"Service role full access\" on public.subscriptions",
        "policy-without-tenant \"Service role full access\" on public.subscription_audit",
        "truncate-granted public.profiles",
        "truncate-granted public.subscription_audit",
        "truncate-granted public.subscriptions",
        "undecided-table public.plans",
        "view-as-owner public.active_subscriptions",
        "default-privileges default privileges of postgres IN SCHEMA public for {anon}",
        "default-privileges default privileges of postgres IN SCHEMA public for {app}",
        "definer-public public.has_active_subscription(who uuid)",
        "definer-search-path public.handle_new_user()",
        "definer-search-path public.has_active_subscription(who uuid)",
        "policies-widen public.profiles",
        "policies-widen public.subscriptions",
        "policy-without-check \"Service role full access\" on public.subscription_audit",
        "policy-without-check \"Users can update own profile\" on public.profiles",
        "references-granted public.profiles",
        "references-granted public.subscription_audit",
        "references-granted public.subscriptions",
        "rls-not-forced public.profiles",
        "rls-not-forced public.subscription_audit",
        "rls-not-forced public.subscriptions",
        "tenant-column-nullable public.subscription_audit.user_id",
        "trigger-granted public.profiles",
        "trigger-granted public.subscription_audit",
        "trigger-granted public.subscriptions",
        "unique-without-tenant public.subscription_audit_pkey",
        "unique-without-tenant public.subscriptions_stripe_subscription_id_key",
        "foreign-key-without-tenant subscription_audit_subscription_id_fkey on public.subscription_audit",
        "index-not-leakproof public.subscriptions_by_status",
        "policy-function-per-row \"Service role full access\" on public.subscription_audit",
        "policy-function-per-row \"Users can update own profile\" on public.profiles",
        "policy-function-per-row \"Users can view own profile\" on public.profiles",
        "tenant-column-not-indexed public.subscription_audit.user_id",
        "unique-without-tenant public.subscriptions_pkey",
    ];
}
