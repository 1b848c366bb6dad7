using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ai.Tests.LlmFallback.Wire;

public sealed class SdkSetupTests
{
    [Fact]
    public void The_setup_of_the_official_packages_in_the_README_is_the_one_that_compiles()
    {
        var blocks = Resource("LlmFallback.md").Split("```csharp\n").Skip(1).Select(static block => block.Split("```")[0]).ToList();

        Lines(Resource("SdkSetup.cs")).Should().ContainInConsecutiveOrder(Lines(blocks[1]));
    }

    [Fact]
    public void It_makes_clients_that_name_their_providers()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        SdkSetup.Add(builder, "key of one", "key of the other");
        using var host = builder.Build();

        ProviderOf("sdk:claude").Should().Be("anthropic");
        ProviderOf("sdk:gpt").Should().Be("openai");

        string? ProviderOf(string key) => host.Services.GetRequiredKeyedService<IChatClient>(key).GetService<ChatClientMetadata>()?.ProviderName;
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(SdkSetupTests).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
