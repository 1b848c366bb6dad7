namespace Family.Tests;

[Collection(PackedCollection.Name)]
public sealed class SampleTests(PostgresServer server)
{
    [Theory, ClassData(typeof(EveryPattern))]
    public async Task A_sample_runs(string package)
    {
        var sample = Path.Combine("samples", package + ".cs");
        File.Exists(Repository.This.PathOf(sample)).Should().BeTrue($"Patterns.{package} needs {sample}: short, made to be copied, run with dotnet run {sample}");
        await using var database = await server.Server.CreateDatabaseAsync(template: null, TestContext.Current.CancellationToken);
        // The packages that a sample refers to were built with these tests.
        (string Name, string Value)[] environment = [.. PackedFeed.Quiet, ("BuildProjectReferences", "false"), ("ConnectionStrings__Postgres", database.ConnectionString)];

        var (exitCode, output) = await CommandLine.RunAsync(Repository.This.Root, environment, stopAfter: null, "dotnet", "run", "--configuration", PackedFeed.Configuration, sample);

        exitCode.Should().Be(0, output);
    }
}
