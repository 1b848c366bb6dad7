namespace Tenancy.Tests.RlsTesting.Lint;

public static partial class Gallery
{
    private static GalleryCase[] Grants =>
    [
        new("truncate-granted", "public.orders", "GRANT TRUNCATE ON orders TO {app};"),
        new("references-granted", "public.orders", "GRANT REFERENCES (id) ON orders TO {anon};"),
        new("trigger-granted", "public.orders", "GRANT {other} TO {app}; GRANT TRIGGER ON orders TO {other};"),
        new("default-privileges", "default privileges of {owner} IN SCHEMA public for {app}", "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT ON TABLES TO {app};"),
        new("default-privileges", "default privileges of {owner} for PUBLIC", "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT, INSERT ON TABLES TO PUBLIC;"),
        new("role-bypasses-rls", "{app}", "ALTER ROLE {app} BYPASSRLS;"),
        new("role-bypasses-rls", "{anon}", "ALTER ROLE {anon} SUPERUSER;"),
        new("role-bypasses-rls", "{app}", "ALTER ROLE {app} NOINHERIT; ALTER ROLE {other} BYPASSRLS; GRANT {other} TO {app};"),
        new("role-bypasses-rls", "{app}", "ALTER ROLE {app} NOINHERIT; ALTER ROLE {other} BYPASSRLS; GRANT {other} TO {owner}; GRANT {owner} TO {app};"),
        new("login-inherits", "{login}", "GRANT {app} TO {login};"),
        new("login-inherits", "{login}", "GRANT {app} TO {other}; GRANT {other} TO {login};"),
    ];
}
