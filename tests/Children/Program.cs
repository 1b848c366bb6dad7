using System.Reflection;

// Each scenario is a static class in this project with `static Task<int> RunAsync(string[] arguments)`.
var scenario = Assembly.GetExecutingAssembly().GetType("Children." + args[0], throwOnError: true)!;
return await (Task<int>)scenario.GetMethod("RunAsync")!.Invoke(null, [args[1..]])!;
