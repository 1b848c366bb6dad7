using System.Net;

namespace Patterns.LlmFallback;

/// <summary>The content of a stream of events, passed on as it comes and watched for an error event.</summary>
internal sealed class WatchedContent : HttpContent
{
    private readonly HttpContent _content;
    private readonly WireRecord _record;

    public WatchedContent(HttpContent content, WireRecord record)
    {
        (_content, _record) = (content, record);
        foreach (var (name, values) in content.Headers.NonValidated)
            Headers.TryAddWithoutValidation(name, values);
    }

    protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken)
        => new ErrorEventWatch(await _content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), _record);

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => new ErrorEventWatch(_content.ReadAsStream(cancellationToken), _record);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var source = await CreateContentReadStreamAsync(cancellationToken).ConfigureAwait(false);
        await source.CopyToAsync(stream, cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _content.Headers.ContentLength ?? 0;
        return _content.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _content.Dispose();
        base.Dispose(disposing);
    }
}
