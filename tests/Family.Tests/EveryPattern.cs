namespace Family.Tests;

/// <summary>The names of the packages that are patterns, not kernel.</summary>
public sealed class EveryPattern : TheoryData<string>
{
    public EveryPattern()
        : base(Repository.This.Packages.Where(static package => !package.IsKernel).Select(static package => package.Name))
    {
    }
}
