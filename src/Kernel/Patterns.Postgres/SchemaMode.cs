namespace Patterns.Postgres;

/// <summary>What happens to the family's tables when the application starts.</summary>
public enum SchemaMode
{
    /// <summary>Missing schema scripts are applied.</summary>
    Apply,

    /// <summary>Nothing is changed; the start fails with the list of what is missing and how to print it.</summary>
    Verify,

    /// <summary>Nothing is looked at.</summary>
    Off,
}
