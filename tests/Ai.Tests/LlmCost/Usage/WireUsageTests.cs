using System.Text.Json;
using Patterns.LlmCost;

namespace Ai.Tests.LlmCost;

/// <summary>The providers' own counts become disjoint buckets that sum up to the provider's totals.</summary>
public sealed class WireUsageTests
{
    [Fact]
    [Guarantee("LlmCost", 4)]
    public void OpenAI_counts_cached_spoken_and_reasoning_tokens_within_its_totals()
    {
        var read = OpenAI(
            """
            {"service_tier":"flex","usage":{"prompt_tokens":1000,"completion_tokens":300,"total_tokens":1300,
             "prompt_tokens_details":{"cached_tokens":400,"audio_tokens":50},"completion_tokens_details":{"reasoning_tokens":120,"audio_tokens":30}}}
            """);
        read.Usage.Should().Be(new LlmUsage { Input = 550, CacheRead = 400, InputAudio = 50, Output = 270, OutputAudio = 30, Reasoning = 120 });
        (read.Usage.InputTokens, read.Usage.OutputTokens, read.Tier, read.Suspect).Should().Be((1000, 300, "flex", null));
    }

    [Fact]
    public void OpenAIs_responses_have_other_names_for_the_same_counts()
    {
        var read = OpenAI(
            """
            {"type":"response.completed","response":{"service_tier":"default","usage":{"input_tokens":900,"input_tokens_details":{"cached_tokens":512,"cache_write_tokens":100},
             "output_tokens":70,"output_tokens_details":{"reasoning_tokens":64},"total_tokens":970}}}
            """);
        read.Usage.Should().Be(new LlmUsage { Input = 288, CacheRead = 512, CacheWrite5m = 100, Output = 70, Reasoning = 64 });
        read.Tier.Should().Be("standard");
    }

    [Fact]
    public void OpenAIs_images_are_told_apart_where_it_tells_them_apart()
    {
        OpenAI("""{"usage":{"input_tokens":50,"output_tokens":1056,"total_tokens":1106,"input_tokens_details":{"text_tokens":10,"image_tokens":40},"output_tokens_details":{"image_tokens":1056}}}""")
            .Usage.Should().Be(new LlmUsage { Input = 10, InputImage = 40, OutputImage = 1056 });
        OpenAI("""{"object":"list","usage":{"prompt_tokens":8,"total_tokens":8}}""").Usage.Should().Be(new LlmUsage { Input = 8 });
    }

    [Fact]
    [Guarantee("LlmCost", 4)]
    public void Anthropics_input_leaves_both_caches_out_and_its_writes_are_told_apart_by_their_life()
    {
        var read = Anthropic(
            """
            {"usage":{"input_tokens":50,"cache_read_input_tokens":100000,"cache_creation_input_tokens":248,"cache_creation":{"ephemeral_5m_input_tokens":148,"ephemeral_1h_input_tokens":100},
             "output_tokens":503,"output_tokens_details":{"thinking_tokens":200},"server_tool_use":{"web_search_requests":2},"service_tier":"batch","inference_geo":"us"}}
            """);
        read.Usage.Should().Be(new LlmUsage { Input = 50, CacheRead = 100_000, CacheWrite5m = 148, CacheWrite1h = 100, Output = 503, Reasoning = 200, WebSearches = 2 });
        read.Usage.InputTokens.Should().Be(100_298);
        (read.Tier, read.Region, read.Suspect).Should().Be(("batch", "us", null));
    }

    [Fact]
    public void The_first_event_of_an_Anthropic_stream_already_tells_its_input()
    {
        Anthropic("""{"type":"message_start","message":{"usage":{"input_tokens":25,"cache_read_input_tokens":10,"output_tokens":1,"inference_geo":"not_available"}}}""")
            .Should().BeEquivalentTo(new { Usage = new LlmUsage { Input = 25, CacheRead = 10, Output = 1 }, Region = (string?)null });
        Anthropic("""{"type":"message_delta","usage":{"output_tokens":15}}""").Usage.Should().Be(new LlmUsage { Output = 15 });
        LlmWireUsage.Anthropic(Json("""{"type":"ping"}""")).Should().BeNull();
    }

    // The figures are those of a user's question in the forum of ai.google.dev, "Question about Gemini API caching pricing".
    [Fact]
    [Guarantee("LlmCost", 4)]
    public void Geminis_thoughts_are_output_when_its_total_shows_them_apart()
    {
        var read = Gemini("""{"usageMetadata":{"promptTokenCount":11500,"candidatesTokenCount":1000,"totalTokenCount":22500,"cachedContentTokenCount":10000,"thoughtsTokenCount":10000}}""");
        read.Usage.Should().Be(new LlmUsage { Input = 1_500, CacheRead = 10_000, Output = 11_000, Reasoning = 10_000 });
        read.Suspect.Should().BeNull();
    }

    [Fact]
    public void Geminis_thoughts_are_not_counted_twice_when_its_total_shows_them_within_the_candidates() =>
        Gemini("""{"usageMetadata":{"promptTokenCount":100,"candidatesTokenCount":80,"thoughtsTokenCount":60,"totalTokenCount":180}}""")
            .Should().BeEquivalentTo(new { Usage = new LlmUsage { Input = 100, Output = 80, Reasoning = 60 }, Suspect = (string?)null });

    [Fact]
    public void The_prompts_of_Geminis_tools_are_input_and_its_audio_is_told_apart_from_what_is_cached()
    {
        var read = Gemini(
            """
            {"usageMetadata":{"promptTokenCount":1000,"toolUsePromptTokenCount":200,"candidatesTokenCount":1390,"totalTokenCount":2590,"cachedContentTokenCount":300,
             "promptTokensDetails":[{"modality":"TEXT","tokenCount":400},{"modality":"AUDIO","tokenCount":600}],"cacheTokensDetails":[{"modality":"AUDIO","tokenCount":100},{"modality":"TEXT","tokenCount":200}],
             "candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1290}]}}
            """);
        read.Usage.Should().Be(new LlmUsage { Input = 400, CacheRead = 300, InputAudio = 500, Output = 100, OutputImage = 1290 });
        (read.Usage.InputTokens, read.Suspect).Should().Be((1_200, null));
    }

    [Theory]
    [Guarantee("LlmCost", 4)]
    [InlineData("""{"usage":{"prompt_tokens":100,"completion_tokens":10,"prompt_tokens_details":{"cached_tokens":150}}}""", "cached tokens exceed the 100 input tokens")]
    [InlineData("""{"usage":{"prompt_tokens":100,"completion_tokens":10,"total_tokens":99}}""", "the total of 99 is not the sum of its parts")]
    [InlineData("""{"usage":{"prompt_tokens":100,"completion_tokens":10,"completion_tokens_details":{"audio_tokens":11}}}""", "audio and images exceed the 10 output tokens")]
    [InlineData("""{"usage":{"prompt_tokens":100,"completion_tokens":10,"completion_tokens_details":{"reasoning_tokens":11}}}""", "reasoning exceeds the 10 output tokens")]
    [InlineData("""{"usage":{"prompt_tokens":-5,"completion_tokens":10}}""", "a count of -5")]
    public void Counts_that_cannot_all_be_right_say_why(string message, string why) => OpenAI(message).Suspect.Should().Be(why);

    [Fact]
    public void Audio_that_was_read_from_the_cache_is_counted_as_cached_only() =>
        OpenAI("""{"usage":{"prompt_tokens":100,"completion_tokens":0,"prompt_tokens_details":{"cached_tokens":80,"audio_tokens":60}}}""")
            .Should().BeEquivalentTo(new { Usage = new LlmUsage { CacheRead = 80, InputAudio = 20 }, Suspect = (string?)null });

    [Theory]
    [InlineData(-1)]
    [InlineData(1_000_000_000_001)]
    public void A_count_outside_its_limits_is_refused_where_it_is_set(long count) =>
        new Func<LlmUsage>(() => new LlmUsage { CacheRead = count }).Should().Throw<ArgumentOutOfRangeException>().WithMessage($"CacheRead is {count}; a count is 0 to 10^12.*");

    private static LlmWireUsage OpenAI(string json) => LlmWireUsage.OpenAI(Json(json))!;

    private static LlmWireUsage Anthropic(string json) => LlmWireUsage.Anthropic(Json(json))!;

    private static LlmWireUsage Gemini(string json) => LlmWireUsage.Gemini(Json(json))!;

    private static JsonElement Json(string json) => JsonSerializer.Deserialize<JsonElement>(json);
}
