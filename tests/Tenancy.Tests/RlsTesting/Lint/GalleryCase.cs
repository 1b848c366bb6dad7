namespace Tenancy.Tests.RlsTesting.Lint;

/// <summary>One mistake, made on top of <see cref="Gallery.Protected"/>.</summary>
/// <param name="Rule">The rule that finds it, alone.</param>
/// <param name="Object">What the finding names.</param>
/// <param name="Mistake">Makes it.</param>
/// <param name="Decision">What a person would do, where the repair leaves that to one.</param>
public sealed record GalleryCase(string Rule, string Object, string Mistake, string? Decision = null);
