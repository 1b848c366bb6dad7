namespace Harness;

/// <summary>Names a script of <c>benchmarks/peers</c> that measures packages of npm in the same run, for the same cases.</summary>
/// <param name="script">The file's name, such as <c>webhook-security.mjs</c>. It prints one <see cref="Measurement"/> as JSON per line.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class PeerAttribute(string script) : Attribute
{
    public string Script { get; } = script;
}
