namespace Patterns.Postgres;

/// <summary>The execution context in which nobody has set anything.</summary>
internal static class PlainContext
{
    public static ExecutionContext Instance { get; } = Capture();

    private static ExecutionContext Capture()
    {
        ExecutionContext? plain = null;
        var thread = new Thread(() => plain = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return plain!;
    }
}
