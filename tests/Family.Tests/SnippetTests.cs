namespace Family.Tests;

[Collection(PackedCollection.Name)]
public sealed class SnippetTests(FreshConsoles consoles, PostgresServer server)
{
    // What the framework's host says when it waits for requests.
    private const string HostWaits = "Application started.";

    [Theory, ClassData(typeof(EveryPackage))]
    public void A_package_installs_into_a_fresh_console_application_and_its_snippet_compiles(string package) =>
        consoles.FaultOf(package).Should().BeNull("the README's program compiles");

    [Theory, ClassData(typeof(EveryPackage))]
    public async Task The_snippet_runs(string package)
    {
        consoles.FaultOf(package).Should().BeNull("what does not compile does not run");
        await using var database = await server.Server.CreateDatabaseAsync(template: null, TestContext.Current.CancellationToken);
        (string Name, string Value)[] environment =
        [
            ("ConnectionStrings__Postgres", database.ConnectionString),
            ("DOTNET_ENVIRONMENT", "Development"),
            ("ASPNETCORE_ENVIRONMENT", "Development"),
            ("ASPNETCORE_URLS", "http://127.0.0.1:0"),
        ];

        var (exitCode, output) = await CommandLine.RunAsync(consoles.DirectoryOf(package), environment, HostWaits, "dotnet", consoles.ProgramOf(package));

        exitCode.Should().Be(0, $"the README's program ends by itself, or when it is asked to: {output}");
    }
}
