namespace LoopbackModels;

/// <summary>The wire formats that the server speaks.</summary>
public enum ModelApi
{
    /// <summary>OpenAI Chat Completions and embeddings.</summary>
    OpenAi,

    /// <summary>Anthropic Messages.</summary>
    Anthropic,

    /// <summary>Azure OpenAI: OpenAI's bodies at Azure's paths, with Azure's headers and filter results.</summary>
    Azure,

    /// <summary>Gemini's generateContent and streamGenerateContent.</summary>
    Gemini,
}
