using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

[assembly: TestCollectionOrderer(typeof(AnyOrder))]
[assembly: TestCaseOrderer(typeof(AnyOrder))]

// The entry point of every test project: xunit's own runner for build/test, the testing platform for `dotnet test` and editors.
return args.Contains("--server", StringComparer.Ordinal)
    ? await TestPlatformTestFramework.RunAsync(args, static (_, _) => { })
    : await ConsoleRunner.Run(args);
