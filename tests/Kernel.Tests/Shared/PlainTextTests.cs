using Patterns.Shared;

namespace Kernel.Tests.Shared;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("Grüße, 世界 👩‍👩‍👧")]
    [InlineData("12345678901234567890")]
    public void Text_of_any_script_passes_as_it_is(string text) => PlainText.Check(text, "Name", 20).Should().BeSameAs(text);

    // Not InlineData: attributes are stored as UTF-8, which halves of surrogate pairs do not survive.
    public static TheoryData<string, string> Unstorable => new()
    {
        { "", "Name has 0 characters; it must have 1 to 20.*" },
        { "123456789012345678901", "Name has 21 characters; it must have 1 to 20.*" },
        { "a\0", "Name holds the control character U+0000 at character 1;*" },
        { "ä\u0085", "Name holds the control character U+0085 at character 1;*" },
        { "👍\ud83d", "Name holds half of a surrogate pair at character 2,*" },
        { "\udc4da", "Name holds half of a surrogate pair at character 0,*" },
    };

    [Theory]
    [MemberData(nameof(Unstorable), DisableDiscoveryEnumeration = true)]
    public void What_cannot_be_stored_is_refused_with_its_place(string text, string expected)
    {
        var check = () => PlainText.Check(text, "Name", 20);

        check.Should().Throw<ArgumentException>().WithMessage(expected).WithParameterName("Name");
    }

    [Fact]
    public void What_may_be_missing_may_be_missing_and_nothing_else()
    {
        PlainText.CheckOptional(null, "Name", 20).Should().BeNull();
        PlainText.Check("", "Name", 20, min: 0).Should().BeEmpty();
        FluentActions.Invoking(() => PlainText.CheckOptional("", "Name", 20)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => PlainText.Check(null!, "Name", 20)).Should().Throw<ArgumentNullException>().WithParameterName("Name");
    }
}
