[assembly: AssemblyFixture(typeof(PostgresServer))]
[assembly: AssemblyFixture(typeof(SaasApp.Tests.RunningApp))]
[assembly: AssemblyFixture(typeof(SaasApp.Tests.Browser))]
[assembly: AssemblyFixture(typeof(Peers))]
