using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>Pages of providers' reports, in the shapes of their references.</summary>
public sealed class StatementPageTests
{
    private static readonly Month November = new(2024, 11);
    private static readonly DateOnly First = new(2024, 11, 1);

    // 1730419200 is 2024-11-01T00:00:00Z.
    private const string OpenAICosts =
        """
        {"object":"page","data":[
          {"object":"bucket","start_time":1730332800,"end_time":1730419200,"results":[{"object":"organization.costs.result","amount":{"value":99.0,"currency":"usd"},"line_item":"gpt-4o-2024-08-06, input"}]},
          {"object":"bucket","start_time":1730419200,"end_time":1730505600,"results":[
            {"object":"organization.costs.result","amount":{"value":0.06,"currency":"usd"},"line_item":"gpt-4o-2024-08-06, input","project_id":null},
            {"object":"organization.costs.result","amount":{"value":1.2e-05,"currency":"usd"},"line_item":"gpt-4o-2024-08-06, cached input","project_id":null},
            {"object":"organization.costs.result","amount":{"value":"0.1000000000000001","currency":"usd"},"line_item":"web search tool calls","project_id":null}]}
        ],"has_more":false,"next_page":null}
        """;

    private const string OpenAIUsage =
        """
        {"object":"page","data":[{"object":"bucket","start_time":1730419200,"end_time":1730505600,"results":[
            {"object":"organization.usage.completions.result","input_tokens":1000,"output_tokens":500,"input_cached_tokens":800,"input_audio_tokens":30,"output_audio_tokens":40,"num_model_requests":5,"model":"gpt-4o-2024-08-06","batch":false},
            {"object":"organization.usage.completions.result","input_tokens":1000,"output_tokens":500,"input_cached_tokens":800,"input_text_tokens":870,"input_audio_tokens":130,"input_cached_audio_tokens":100,"output_text_tokens":460,"output_audio_tokens":40,"num_model_requests":2,"model":"gpt-audio","batch":null}]}
        ],"has_more":false,"next_page":null}
        """;

    private const string AnthropicCosts =
        """
        {"data":[{"starting_at":"2024-11-01T00:00:00Z","ending_at":"2024-11-02T00:00:00Z","results":[
            {"amount":"123.45","currency":"USD","cost_type":"tokens","description":"Claude Sonnet 4 Usage - Input Tokens","model":"claude-sonnet-4-20250514","service_tier":"standard","token_type":"uncached_input_tokens","context_window":"0-200k","workspace_id":null},
            {"amount":"10","currency":"USD","cost_type":"web_search","description":"Web Search Usage","model":null,"service_tier":null,"token_type":null,"context_window":null,"workspace_id":null}]}
        ],"has_more":false,"next_page":null}
        """;

    private const string AnthropicUsage =
        """
        {"data":[{"starting_at":"2024-11-01T00:00:00Z","ending_at":"2024-11-02T00:00:00Z","results":[
            {"uncached_input_tokens":1500,"cache_creation":{"ephemeral_1h_input_tokens":1000,"ephemeral_5m_input_tokens":500},"cache_read_input_tokens":200,"output_tokens":700,"server_tool_use":{"web_search_requests":10},"model":"claude-sonnet-4-20250514","service_tier":"standard","context_window":"0-200k","api_key_id":null,"workspace_id":null}]}
        ],"has_more":false,"next_page":null}
        """;

    [Fact]
    public void OpenAI_pages_become_lines_of_their_month_by_day_and_model()
    {
        var statement = ProviderStatement.FromOpenAI("in_1", November, [OpenAICosts], [OpenAIUsage]);

        statement.Provider.Should().Be("openai");
        statement.Lines.Should().Equal(
            new StatementLine(First, "gpt-4o-2024-08-06", PicoUsd.FromUsd(0.06m)),
            new StatementLine(First, "gpt-4o-2024-08-06", PicoUsd.FromUsd(0.000012m)),
            new StatementLine(First, "web search tool calls", PicoUsd.FromUsd(0.1m)),
            new StatementLine(First, "gpt-4o-2024-08-06", PicoUsd.Zero) { Requests = 5, Usage = new LlmUsage { Input = 200, CacheRead = 800, InputAudio = 30, Output = 500, OutputAudio = 40 } },
            new StatementLine(First, "gpt-audio", PicoUsd.Zero) { Requests = 2, Usage = new LlmUsage { Input = 170, CacheRead = 800, InputAudio = 30, Output = 460, OutputAudio = 40 } });
    }

    [Fact]
    public void Anthropic_pages_become_lines_and_their_amounts_are_cents()
    {
        var statement = ProviderStatement.FromAnthropic("in_1", November, [AnthropicCosts], [AnthropicUsage], new AnthropicAmounts(KnownDay: First, KnownUsd: 1.33m));

        statement.Lines.Should().Equal(
            new StatementLine(First, "claude-sonnet-4-20250514", PicoUsd.FromUsd(1.2345m)),
            new StatementLine(First, "Web Search Usage", PicoUsd.FromUsd(0.1m)),
            new StatementLine(First, "claude-sonnet-4-20250514", PicoUsd.Zero) { Usage = new LlmUsage { Input = 1_500, CacheRead = 200, CacheWrite5m = 500, CacheWrite1h = 1_000, Output = 700, WebSearches = 10 } });
    }

    [Fact]
    public void An_amounts_unit_that_does_not_make_the_known_day_is_refused_with_both_amounts()
    {
        var read = () => ProviderStatement.FromAnthropic("in_1", November, [AnthropicCosts], [], new AnthropicAmounts(UsdPerUnit: 1, First, 1.33m));

        read.Should().Throw<InvalidDataException>().WithMessage("*133.45 USD*1.33 USD*UsdPerUnit*");
    }

    [Theory]
    [InlineData("nonsense", "costs page 1*")]
    [InlineData("""{"data":[{"start_time":1730419200,"results":[{}]}]}""", "*costs page 1, bucket 1*")]
    [InlineData("""{"data":[{"start_time":1730419200,"results":[{"amount":{"value":1,"currency":"eur"}}]}]}""", "*only USD*")]
    [InlineData("""{"data":[{"start_time":1730419200,"results":[{"amount":{"value":"many","currency":"usd"}}]}]}""", "*bucket 1*")]
    public void A_page_that_cannot_be_read_is_refused_by_its_place(string page, string message)
    {
        var read = () => ProviderStatement.FromOpenAI("in_1", November, [page], []);

        read.Should().Throw<InvalidDataException>().WithMessage("*" + message.TrimStart('*'));
    }
}
