using System.ClientModel.Primitives;

namespace Ai.Tests;

/// <summary>The OpenAI package's own retries, without its waits.</summary>
internal sealed class PromptRetryPolicy(int retries) : ClientRetryPolicy(retries)
{
    protected override TimeSpan GetNextDelay(PipelineMessage message, int tryCount) => TimeSpan.Zero;
}
