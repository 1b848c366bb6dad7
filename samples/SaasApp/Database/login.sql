-- Run once for each database by an administrator, before the application starts for the first time: the login that the application connects with. It owns nothing, and no
-- policy lets it pass. In production give it a password of your own.
SELECT pg_advisory_xact_lock(hashtextextended('saas_app', 0));

DO $$
BEGIN
    CREATE ROLE saas_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD 'for development only';
EXCEPTION
    -- Roles belong to the server: it was made for another database.
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

-- An instance that starts while another one installs the tables looks which scripts were run.
CREATE SCHEMA IF NOT EXISTS patterns;
GRANT USAGE ON SCHEMA patterns TO saas_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA patterns GRANT SELECT ON TABLES TO saas_app;
