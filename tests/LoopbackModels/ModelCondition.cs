namespace LoopbackModels;

/// <summary>How a model does, for switching it at run time. Each provider shows it in its own words.</summary>
public enum ModelCondition
{
    /// <summary>It answers.</summary>
    Healthy,

    /// <summary>429 with a wait of 20 seconds.</summary>
    RateLimited,

    /// <summary>No credits are left.</summary>
    OutOfQuota,

    /// <summary>Too much to do: 529 or 503.</summary>
    Overloaded,

    /// <summary>500.</summary>
    Failing,

    /// <summary>The key is refused.</summary>
    Unauthorized,

    /// <summary>A quarter of a second before every piece of the answer.</summary>
    Slow,

    /// <summary>The connection is reset after the second piece of a stream, or in the middle of a whole answer.</summary>
    DiesMidStream,

    /// <summary>The connection is reset before any answer.</summary>
    Down,
}
