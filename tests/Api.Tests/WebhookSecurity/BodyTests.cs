using System.Buffers;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Patterns.WebhookSecurity;

namespace Api.Tests.WebhookSecurity;

/// <summary>What arrives at the socket, byte by byte, and what becomes of the buffers.</summary>
public sealed class BodyTests
{
    private const string Secret = "whsec_0123456789abcdef";
    private const int Limit = 100_000;

    [Fact]
    [Guarantee("WebhookSecurity", 5)]
    public async Task A_body_that_declares_more_than_the_limit_is_refused_before_it_is_read()
    {
        var pool = new CountingPool();
        await using var app = await StartAsync(pool);

        var answer = await TalkAsync(app, $"POST /h HTTP/1.1\r\nHost: x\r\nContent-Length: {Limit + 1}\r\n\r\n");

        answer.Should().StartWith("HTTP/1.1 413 ").And.Contain("Connection: close");
        pool.Rented.Should().Be(0);
    }

    [Fact]
    [Guarantee("WebhookSecurity", 5)]
    public async Task A_chunked_body_over_the_limit_is_refused_while_it_is_being_sent()
    {
        var pool = new CountingPool();
        await using var app = await StartAsync(pool);
        var chunk = $"{25_000:x}\r\n{new string('x', 25_000)}\r\n";

        // The last chunk is never sent: the answer comes without it.
        var answer = await TalkAsync(app, "POST /h HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + chunk + chunk + chunk + "1\r\nx\r\n");

        answer.Should().StartWith("HTTP/1.1 413 ").And.Contain("Connection: close").And.Contain("The webhook was refused.");
        await Eventually.HoldsAsync("the buffers are back", () => pool.Out == 0);
        pool.Largest.Should().BeLessThan(2 * Limit, "nothing is kept beyond the limit");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16_384)]
    [InlineData(Limit)]
    [Guarantee("WebhookSecurity", 5)]
    public async Task A_chunked_body_up_to_the_limit_is_verified(int length)
    {
        var pool = new CountingPool();
        await using var app = await StartAsync(pool);
        var body = new string('x', length);
        var header = app.Services.GetRequiredService<IWebhookSigner>().Sign("stripe", "1", TimeProvider.System.GetUtcNow(), Encoding.ASCII.GetBytes(body))["Stripe-Signature"];
        var chunks = string.Concat(body.Chunk(7_000).Select(chunk => $"{chunk.Length:x}\r\n{new string(chunk)}\r\n"));

        var answer = await TalkAsync(app, $"POST /h HTTP/1.1\r\nHost: x\r\nStripe-Signature: {header}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n{chunks}0\r\n\r\n");

        answer.Should().StartWith("HTTP/1.1 200 ").And.EndWith($"{length}\r\n0\r\n\r\n");
        await Eventually.HoldsAsync("the buffers are back", () => pool.Out == 0);
    }

    [Fact]
    public async Task A_large_declared_body_reserves_no_memory_before_its_bytes_arrive()
    {
        var pool = new CountingPool();
        await using var app = await StartAsync(pool);
        using var client = await ConnectAsync(app);

        await SendAsync(client, $"POST /h HTTP/1.1\r\nHost: x\r\nContent-Length: {Limit}\r\n\r\nx");
        await Eventually.HoldsAsync("the request is being read", () => pool.Rented == 1);

        pool.Largest.Should().BeLessThan(Limit / 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Guarantee("WebhookSecurity", 5)]
    public async Task A_client_that_disconnects_does_not_reach_the_handler_and_its_buffer_comes_back(bool reset)
    {
        var pool = new CountingPool();
        var handled = 0;
        await using var app = await StartAsync(pool, () => Interlocked.Increment(ref handled));
        using (var client = await ConnectAsync(app))
        {
            await SendAsync(client, $"POST /h HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\n{new string('x', 20_000)}");
            await Eventually.HoldsAsync("the request is being read", () => pool.Rented >= 2);
            if (reset) client.LingerState = new LingerOption(enable: true, 0);
        }

        await Eventually.HoldsAsync("the buffers are back", () => pool.Out == 0);
        handled.Should().Be(0);
    }

    [Fact]
    [Guarantee("WebhookSecurity", 5)]
    public async Task The_buffer_is_valid_while_the_handler_runs_and_comes_back_when_it_fails_or_the_client_leaves()
    {
        var pool = new CountingPool();
        var entered = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var stillThere = new TaskCompletionSource<int>();
        await using var app = await WebhookApp.StartAsync(
            o => o.AddSource("stripe", WebhookScheme.Stripe, keys => keys.Add("1", Secret)),
            app => app.MapPost("/h", async (VerifiedWebhook hook) =>
            {
                entered.SetResult();
                await release.Task;
                stillThere.SetResult(pool.Out);
                throw new InvalidOperationException("The handler failed.");
            }).RequireWebhookSignature("stripe"),
            services => services.AddSingleton<ArrayPool<byte>>(pool));
        var header = app.Services.GetRequiredService<IWebhookSigner>().Sign("stripe", "1", TimeProvider.System.GetUtcNow(), "{}"u8.ToArray())["Stripe-Signature"];
        using (var client = await ConnectAsync(app))
        {
            await SendAsync(client, $"POST /h HTTP/1.1\r\nHost: x\r\nStripe-Signature: {header}\r\nContent-Length: 2\r\n\r\n{{}}");
            await entered.Task;
        }

        release.SetResult();

        (await stillThere.Task).Should().Be(1);
        await Eventually.HoldsAsync("the buffer is back", () => pool.Out == 0);
    }

    private static Task<WebhookApp> StartAsync(CountingPool pool, Action? handled = null) => WebhookApp.StartAsync(
        o =>
        {
            o.MaxBodyBytes = Limit;
            o.AddSource("stripe", WebhookScheme.Stripe, keys => keys.Add("1", Secret));
        },
        app => app.MapPost("/h", async (HttpContext context) =>
        {
            handled?.Invoke();
            await context.Response.WriteAsync($"{context.GetVerifiedWebhook().Body.Length}");
        }).RequireWebhookSignature("stripe"),
        services => services.AddSingleton<ArrayPool<byte>>(pool));

    private static async Task<TcpClient> ConnectAsync(WebhookApp app)
    {
        var client = new TcpClient();
        await client.ConnectAsync(app.Address.Host, app.Address.Port);
        return client;
    }

    private static async Task SendAsync(TcpClient client, string text) => await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));

    private static async Task<string> TalkAsync(WebhookApp app, string request)
    {
        using var client = await ConnectAsync(app);
        await SendAsync(client, request);
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        // The last chunk of the answer: Kestrel may keep a refused connection for a while, to let the caller read.
        while (!answer.ToString().EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await client.GetStream().ReadAsync(buffer);
            if (read == 0) break;
            answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }
        return answer.ToString();
    }
}
