using Ai.Tests.LlmFallback.Circuits;
using Microsoft.Extensions.AI;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Faults;

/// <summary>Faults that come as answers.</summary>
public sealed class AnswerEvidenceTests
{
    public static TheoryData<ChatFinishReason?, AIContent?, LlmFaultKind, string?> Answers => new()
    {
        { ChatFinishReason.ContentFilter, null, LlmFaultKind.ContentFiltered, "content_filter" },
        { new ChatFinishReason("refusal"), new TextContent("No."), LlmFaultKind.ContentFiltered, "refusal" },
        { new ChatFinishReason("PROHIBITED_CONTENT"), null, LlmFaultKind.ContentFiltered, "PROHIBITED_CONTENT" },
        { ChatFinishReason.Stop, new ErrorContent("I cannot.") { ErrorCode = "Refusal" }, LlmFaultKind.ContentFiltered, "Refusal" },
        { null, new ErrorContent("Busy.") { ErrorCode = "server_is_overloaded" }, LlmFaultKind.Overloaded, "server_is_overloaded" },
        { new ChatFinishReason("MALFORMED_FUNCTION_CALL"), new TextContent("x"), LlmFaultKind.Timeout, "MALFORMED_FUNCTION_CALL" },
    };

    [Theory, MemberData(nameof(Answers))]
    public async Task An_answer_may_be_a_fault(ChatFinishReason? finish, AIContent? content, LlmFaultKind kind, string? code)
    {
        using var chain = Chain(finish, content);

        (await chain.AskAsync()).Should().Be("second");

        chain.Log.Lines.Should().ContainMatch($"Warning: Model first of chain answers failed: {kind}, *code {code},*");
    }

    [Theory, InlineData("stop"), InlineData("length"), InlineData("tool_calls"), InlineData("pause_turn"), InlineData("OTHER")]
    public async Task Other_finish_reasons_are_answers(string finish)
    {
        using var chain = Chain(new ChatFinishReason(finish), new TextContent("well"));

        (await chain.AskAsync()).Should().Be("well");
    }

    private static TwoModels Chain(ChatFinishReason? finish, AIContent? content)
    {
        var chain = new TwoModels(static o =>
        {
            o.Chain("answers", static c => c.ContentFilter = ContentFilterAction.TryNext);
            o.Rules.Add(new(LlmFaultKind.Timeout) { Code = "MALFORMED_FUNCTION_CALL" });
        });
        chain.First.Answer = () => new ChatResponse(new ChatMessage(ChatRole.Assistant, content is null ? [] : [content])) { FinishReason = finish };
        return chain;
    }
}
