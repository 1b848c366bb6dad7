namespace Family.Tests;

/// <summary>The names of all packages: the cases of a theory.</summary>
public sealed class EveryPackage : TheoryData<string>
{
    public EveryPackage()
        : base(Repository.This.Packages.Select(static package => package.Name))
    {
    }
}
