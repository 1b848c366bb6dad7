using System.Text.Json;

namespace Patterns.LlmCost;

/// <summary>Reads a price file and tells its shape by its content.</summary>
internal static class PriceFileReader
{
    private const int MaxBytes = 32 * 1024 * 1024;

    public static async Task<PriceFile> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var bytes = new MemoryStream();
        var buffer = new byte[81_920];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > MaxBytes)
                throw new InvalidDataException("The price file is larger than 32 MiB. Leave out the models that are not used.");
        }

        try
        {
            using var document = JsonDocument.Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new InvalidDataException("The price file is not a JSON object: it is neither of this package's shape nor of LiteLLM's.");

            return document.RootElement.TryGetProperty("format", out var format) && format.ValueKind == JsonValueKind.String
                ? DatedPriceFile.Read(document.RootElement)
                : LiteLlmPriceFile.Read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The price file is not JSON: {e.Message}", e);
        }
    }
}
