[assembly: AssemblyFixture(typeof(PostgresServer))]
[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
