return await Harness.Benchmarks.RunAsync(typeof(Program).Assembly, args);
