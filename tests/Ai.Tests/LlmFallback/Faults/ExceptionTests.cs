using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Patterns.LlmFallback;

namespace Ai.Tests.LlmFallback.Faults;

/// <summary>What an exception says where no handler saw the response.</summary>
public sealed class ExceptionTests
{
    public static TheoryData<Exception, LlmFaultKind> Exceptions => new()
    {
        { new HttpRequestException("m", null, HttpStatusCode.TooManyRequests), LlmFaultKind.RateLimited },
        { new InvalidOperationException("sdk", new HttpRequestException("m", null, HttpStatusCode.NotFound)), LlmFaultKind.ModelUnavailable },
        { new HttpRequestException(HttpRequestError.NameResolutionError), LlmFaultKind.Network },
        { new HttpRequestException(HttpRequestError.ConnectionError, "refused", new SocketException(111)), LlmFaultKind.Network },
        { new HttpRequestException(HttpRequestError.SecureConnectionError), LlmFaultKind.Network },
        { new HttpIOException(HttpRequestError.ResponseEnded), LlmFaultKind.Network },
        { new InvalidOperationException("sdk", new IOException("reset", new SocketException(104))), LlmFaultKind.Network },
        { new SocketException(111), LlmFaultKind.Network },
        { new TaskCanceledException("HttpClient.Timeout", new TimeoutException()), LlmFaultKind.Timeout },
        { new TimeoutException(), LlmFaultKind.Timeout },
        { new JsonException("not JSON"), LlmFaultKind.Unknown },
        { new InvalidOperationException("429 rate limited"), LlmFaultKind.Unknown },
    };

    [Theory, MemberData(nameof(Exceptions))]
    public void An_exception_is_judged_by_what_it_carries(Exception exception, LlmFaultKind kind) => Evidence.Judge(Evidence.Of(exception)).Kind.Should().Be(kind);

    [Theory]
    [InlineData("Status Code: TooManyRequests\n{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"m\"}}", LlmFaultKind.RateLimited)]
    [InlineData("SSE error returned from server: '{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"m\"},\"request_id\":\"req_9\"}'", LlmFaultKind.Overloaded)]
    [InlineData("Failed: {\"error\":{\"code\":429,\"message\":\"m\",\"status\":\"RESOURCE_EXHAUSTED\"}} (model gemini)", LlmFaultKind.RateLimited)]
    [InlineData("Failed: {model}", LlmFaultKind.Unknown)]
    public void An_error_object_inside_a_message_is_read(string message, LlmFaultKind kind)
    {
        Evidence.Judge(Evidence.Of(new InvalidOperationException(message))).Kind.Should().Be(kind);
        Evidence.Judge(Evidence.Of(new InvalidOperationException("outer", new InvalidOperationException(message)))).Kind.Should().Be(kind);
    }

    [Fact]
    public void The_extractor_of_the_most_derived_type_is_asked()
    {
        static void Read(LlmFallbackOptions o)
        {
            o.ReadException<SdkException>(static _ => Evidence.Of("sdk", 500, ""));
            o.ReadException<SdkQuotaException>(static e => Evidence.Of("sdk", 402, e.Body, ("retry-after", "9")));
            o.ReadException<Exception>(static _ => null);
        }

        Evidence.Judge(Evidence.Of(new SdkException()), Read).Kind.Should().Be(LlmFaultKind.ServerError);
        Evidence.Judge(Evidence.Of(new InvalidOperationException("outer", new SdkQuotaException())), Read)
            .Should().BeEquivalentTo(new LlmFault(LlmFaultKind.QuotaExhausted, "no_money", Wait: TimeSpan.FromSeconds(9)));
    }

    [Fact]
    public void What_was_on_the_wire_counts_before_what_the_exception_says()
    {
        var evidence = Evidence.Of("openai", 503, "") with { Exception = new HttpRequestException("m", null, HttpStatusCode.Unauthorized), Body = Encoding.UTF8.GetBytes("""{"error":{"code":"slow_down"}}""") };

        Evidence.Judge(evidence).Kind.Should().Be(LlmFaultKind.Overloaded);
    }

    private class SdkException : Exception;

    private sealed class SdkQuotaException : SdkException
    {
        public string Body => """{"error":{"code":"no_money"}}""";
    }
}
