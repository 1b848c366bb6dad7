namespace Support;

/// <summary>Says that a test proves the numbered guarantee of a package's README. The family tests compare both sides.</summary>
/// <param name="package">The package's name without its prefix, such as <c>WebhookDedup</c>.</param>
/// <param name="number">The number of the guarantee in the README.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class GuaranteeAttribute(string package, int number) : Attribute
{
    public string Package { get; } = package;

    public int Number { get; } = number;
}
