using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Family.Tests;

public sealed class DocumentationTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Theory, ClassData(typeof(EveryPackage))]
    public void Every_public_member_says_what_it_promises(string name)
    {
        var package = Repository.This[name];
        var file = Path.ChangeExtension(package.Assembly.Location, ".xml");
        File.Exists(file).Should().BeTrue($"{package.FullName} is built with GenerateDocumentationFile");

        Problems(package.FullName, package.Assembly.GetTypes(), XDocument.Load(file)).ShouldBeNone();
    }

    [Fact]
    public void A_member_without_words_is_found()
    {
        var written = XDocument.Parse(
            """
            <doc><members>
              <member name="T:Family.Tests.Planted"><summary>Types.</summary></member>
              <member name="F:Family.Tests.Planted.Limit"><summary> </summary></member>
              <member name="M:Family.Tests.Planted.ReadAsync``1(System.Collections.Generic.IReadOnlyList{System.String},``0,System.TimeSpan,Family.Tests.Planted.Colour,System.String,System.Threading.CancellationToken)"><inheritdoc cref="X" /></member>
            </members></doc>
            """);

        Problems("Patterns.Planted", [typeof(Planted), typeof(Planted.Item)], written).Should().BeEquivalentTo(
            "Patterns.Planted: F:Family.Tests.Planted.Limit has no summary; say what it promises.",
            "Patterns.Planted: T:Family.Tests.Planted.Item has no summary; say what it promises.",
            "Patterns.Planted: P:Family.Tests.Planted.Item.Key has no summary; say what it promises.",
            "Patterns.Planted: P:Family.Tests.Planted.Item.Price has no summary; say what it promises.");
    }

    private static IEnumerable<string> Problems(string package, IEnumerable<Type> types, XDocument written)
    {
        var documented = written.Descendants("member")
            .Where(static member => member.Descendants("inheritdoc").Any() || member.Element("summary") is { } summary && (summary.HasElements || !string.IsNullOrWhiteSpace(summary.Value)))
            .Select(static member => (string)member.Attribute("name")!)
            .ToHashSet(StringComparer.Ordinal);

        return types.Where(static type => type.IsVisible)
            .SelectMany(static type => Members(type).Prepend(type))
            .Select(DocumentationId.Of)
            .Where(id => !documented.Contains(id))
            .Select(id => $"{package}: {id} has no summary; say what it promises.");
    }

    private static IEnumerable<MemberInfo> Members(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            return [];
        }

        if (type.IsEnum)
        {
            return type.GetFields(BindingFlags.Public | BindingFlags.Static);
        }

        // ApiMember decides what others see. The compiler writes constructors without a source's own, which have no words.
        return type.GetMembers(Declared)
            .Where(static member => member is FieldInfo or PropertyInfo or EventInfo or MethodInfo { IsSpecialName: false } or MethodInfo { Name: ['o', 'p', '_', ..] })
            .Where(static member => !member.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) && ApiMember.Of(member).Length > 0);
    }
}
