using System.Reflection;
using System.Text;

namespace Kernel.Tests.Postgres;

/// <summary>An assembly that embeds the given schema scripts, as a package's assembly does.</summary>
internal sealed class ScriptAssembly(params (string Name, string Text)[] scripts) : Assembly
{
    public override string[] GetManifestResourceNames() => [.. scripts.Select(s => $"Schema/{s.Name}.sql")];

    public override Stream? GetManifestResourceStream(string name) => new MemoryStream(Encoding.UTF8.GetBytes(scripts.Single(s => $"Schema/{s.Name}.sql" == name).Text));

    public override AssemblyName GetName() => new("Scripts.Of.A.Test");
}
