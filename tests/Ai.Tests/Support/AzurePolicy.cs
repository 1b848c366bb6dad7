using System.ClientModel.Primitives;

namespace Ai.Tests;

/// <summary>What Azure asks of an OpenAI request: its own header for the key, and the version of the interface.</summary>
internal sealed class AzurePolicy(string key) : PipelinePolicy
{
    public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
    {
        Change(message.Request);
        ProcessNext(message, pipeline, currentIndex);
    }

    public override ValueTask ProcessAsync(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
    {
        Change(message.Request);
        return ProcessNextAsync(message, pipeline, currentIndex);
    }

    private void Change(PipelineRequest request)
    {
        request.Uri = new UriBuilder(request.Uri!) { Query = "api-version=2024-10-21" }.Uri;
        request.Headers.Set("api-key", key);
    }
}
