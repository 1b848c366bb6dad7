namespace Family.Tests;

/// <summary>Tests of packed packages and of samples: one after the other, because they build, and share what is packed once.</summary>
[CollectionDefinition(Name)]
public sealed class PackedCollection : ICollectionFixture<FreshConsoles>
{
    public const string Name = "packed";
}
