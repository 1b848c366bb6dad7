using System.Threading.Channels;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

/// <summary>A handler of notifications that keeps what it gets until a test asks for it: the payloads, and <c>resync</c>.</summary>
internal sealed class Heard
{
    private readonly Channel<string> _payloads = Channel.CreateUnbounded<string>();

    public static async Task<Heard> OnAsync(Application application, string channel)
    {
        var heard = new Heard();
        await application.Notifications.SubscribeAsync(channel, heard.HandleAsync, TestContext.Current.CancellationToken);
        return heard;
    }

    public ValueTask HandleAsync(Notification notification, CancellationToken ct) => _payloads.Writer.WriteAsync(notification.IsResync ? "resync" : notification.Payload, ct);

    /// <summary>The next one. One that never comes fails the test.</summary>
    public async Task<string> NextAsync() =>
        await _payloads.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

    public async Task<string[]> NextAsync(int count)
    {
        var next = new string[count];
        for (var i = 0; i < count; i++)
            next[i] = await NextAsync();
        return next;
    }

    public bool TryNext(out string? payload) => _payloads.Reader.TryRead(out payload);
}
