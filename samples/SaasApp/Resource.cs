namespace SaasApp;

/// <summary>The files that are embedded in the assembly.</summary>
internal static class Resource
{
    public static string Read(string name) => Find(name) ?? throw new FileNotFoundException($"There is no resource {name}.", name);

    public static string? Find(string name)
    {
        using var stream = typeof(Resource).Assembly.GetManifestResourceStream(name);
        if (stream is null)
            return null;

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
