using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Faults;

/// <summary>Rules of the application's own.</summary>
public sealed class RuleTests
{
    private static readonly LlmEvidence Teapot = Evidence.Of("Brewery", 418, """{"error":{"code":"short_and_stout","message":"Tip me over."}}""", ("x-pour", "out"));

    public static TheoryData<LlmRule, bool> Rules => new()
    {
        { new(LlmFaultKind.Overloaded) { Provider = "brewery" }, true },
        { new(LlmFaultKind.Overloaded) { Provider = "openai" }, false },
        { new(LlmFaultKind.Overloaded) { Status = 418 }, true },
        { new(LlmFaultKind.Overloaded) { Status = 429 }, false },
        { new(LlmFaultKind.Overloaded) { Code = "SHORT_AND_STOUT" }, true },
        { new(LlmFaultKind.Overloaded) { Code = "short" }, false },
        { new(LlmFaultKind.Overloaded) { Message = "tip me" }, true },
        { new(LlmFaultKind.Overloaded) { Message = "tip him" }, false },
        { new(LlmFaultKind.Overloaded) { When = static e => e.Headers["x-pour"] == "out" }, true },
        { new(LlmFaultKind.Overloaded) { When = static _ => false }, false },
        { new(LlmFaultKind.Overloaded) { Provider = "brewery", Status = 418, Code = "short_and_stout", Message = "over", When = static _ => true }, true },
        { new(LlmFaultKind.Overloaded) { Provider = "brewery", Status = 418, Code = "short_and_stout", Message = "over", When = static _ => false }, false },
    };

    [Theory, MemberData(nameof(Rules))]
    public void A_rule_fits_when_all_that_it_sets_fits(LlmRule rule, bool fits)
        => Evidence.Judge(Teapot, o => o.Rules.Add(rule)).Kind.Should().Be(fits ? LlmFaultKind.Overloaded : LlmFaultKind.Unknown);

    [Fact]
    [Guarantee("LlmFallback", 2)]
    public void Rules_of_your_own_come_first_and_the_first_that_fits_decides()
    {
        var evidence = Evidence.Of("openai", 429, """{"error":{"code":"insufficient_quota","message":"Pay."}}""");

        var fault = Evidence.Judge(evidence, static o =>
        {
            o.Rules.Add(new(LlmFaultKind.Timeout) { Status = 500 });
            o.Rules.Add(new(LlmFaultKind.Overloaded) { Status = 429 });
            o.Rules.Add(new(LlmFaultKind.Authentication) { Code = "insufficient_quota" });
        });

        fault.Should().BeEquivalentTo(new LlmFault(LlmFaultKind.Overloaded, "insufficient_quota"));
    }

    [Fact]
    public void A_rule_may_judge_a_finish_reason()
        => Evidence.Judge(Evidence.Of("gemini", 200, "") with { FinishReason = "MALFORMED_FUNCTION_CALL" }, static o => o.Rules.Add(new(LlmFaultKind.BadOutput) { Code = "malformed_function_call" }))
            .Kind.Should().Be(LlmFaultKind.BadOutput);
}
