namespace Patterns.Stripe.Sending;

/// <summary>Reads a body into one array of its size: resources keep it, so it must not be a part of a pool or twice as large.</summary>
internal static class ResponseBody
{
    private const int LargestKnownLength = 16 * 1024 * 1024;

    public static async ValueTask<byte[]> ReadAsync(HttpContent content, CancellationToken ct)
    {
        var stream = await content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            if (content.Headers.ContentLength is { } length and <= LargestKnownLength)
            {
                var body = GC.AllocateUninitializedArray<byte>((int)length);
                await stream.ReadExactlyAsync(body, ct).ConfigureAwait(false);
                return body;
            }
            using var buffer = new MemoryStream();
            await stream.CopyToAsync(buffer, ct).ConfigureAwait(false);
            return buffer.ToArray();
        }
    }
}
