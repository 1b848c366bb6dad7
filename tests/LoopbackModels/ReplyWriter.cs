using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LoopbackModels;

/// <summary>Sends one reply, and ends the connection where the reply says so.</summary>
internal sealed class ReplyWriter(HttpContext http, ModelRequest request, TimeProvider time, CancellationToken ct)
{
    private readonly WireFormat _wire = WireFormat.Of(request.Api);
    private int _sent;

    /// <summary>Sends it, cut and all; throws when the client goes away before.</summary>
    public async Task WriteAsync(ModelReply reply)
    {
        if (reply.Gate is not null)
            await reply.Gate.PassAsync(ct);
        if (reply is Hangup)
        {
            http.Abort();
            return;
        }
        var status = reply is ModelError { Status: var s } ? s : 200;
        http.Response.StatusCode = status;
        foreach (var (name, value) in _wire.Headers(request.Number, status))
            http.Response.Headers[name] = value;
        foreach (var (name, value) in reply.Headers)
            http.Response.Headers[name] = value;
        switch (reply)
        {
            case ModelError error:
                http.Response.ContentType = error.ContentType;
                await ErrorAsync(error);
                break;
            case ModelAnswer answer when request.Streamed:
                http.Response.ContentType = "text/event-stream; charset=utf-8";
                await StreamAsync(answer);
                break;
            case ModelAnswer answer:
                http.Response.ContentType = "application/json";
                await WholeAsync(Body.Of(request.IsEmbedding ? EmbeddingWire.Whole(answer, request) : _wire.Whole(answer, request.Model)), answer.Cut);
                break;
            default:
                throw new NotSupportedException($"There is no way to send {reply.GetType().Name}.");
        }
    }

    private async Task ErrorAsync(ModelError error)
    {
        var body = Encoding.UTF8.GetBytes(error.Body);
        if (error.Length <= body.Length)
        {
            await WholeAsync(body, error.Cut);
            return;
        }
        http.Response.ContentLength = error.Length;
        for (long sent = 0; sent < error.Length; sent += body.Length)
            await http.Response.Body.WriteAsync(body.AsMemory(0, (int)Math.Min(body.Length, error.Length - sent)), ct);
    }

    private async Task WholeAsync(byte[] body, Cut? cut)
    {
        http.Response.ContentLength = body.Length;
        await http.Response.Body.FlushAsync(ct);
        if (!await SendAsync(body, cut))
            return;
        await CutAtEndAsync(cut);
    }

    private async Task StreamAsync(ModelAnswer answer)
    {
        await http.Response.Body.FlushAsync(ct);
        var usageAsked = request.Api != ModelApi.OpenAi && request.Api != ModelApi.Azure || (request.Json["stream_options"]?["include_usage"]?.GetValue<bool>() ?? false);
        var piece = 0;
        foreach (var frame in _wire.Stream(answer, request.Model, usageAsked))
        {
            if (frame.IsPiece)
            {
                if (answer.Stall is var (at, gate) && at == piece)
                    await gate.PassAsync(ct);
                if (answer.Pace > TimeSpan.Zero)
                    await PaceAsync(answer.Pace, ct);
                piece++;
            }
            if (!await SendAsync(frame.Bytes, answer.Cut))
                return;
        }
        await CutAtEndAsync(answer.Cut);
    }

    // A slow model's own time; no test waits for it by the clock.
    private async Task PaceAsync(TimeSpan pace, CancellationToken ct)
    {
        var passed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var timer = time.CreateTimer(static state => ((TaskCompletionSource)state!).TrySetResult(), passed, pace, Timeout.InfiniteTimeSpan);
        await passed.Task.WaitAsync(ct);
    }

    // False when the connection was cut.
    private async Task<bool> SendAsync(byte[] bytes, Cut? cut)
    {
        var count = cut is null ? bytes.Length : Math.Min(bytes.Length, cut.Bytes - _sent);
        if (count > 0)
        {
            await http.Response.Body.WriteAsync(bytes.AsMemory(0, count), ct);
            await http.Response.Body.FlushAsync(ct);
            _sent += count;
        }
        if (count == bytes.Length)
            return true;
        await CutAsync(cut!.Kind);
        return false;
    }

    private async Task CutAtEndAsync(Cut? cut)
    {
        if (cut is not null && cut.Kind != CutKind.Whole)
            await CutAsync(cut.Kind);
    }

    private async Task CutAsync(CutKind kind)
    {
        switch (kind)
        {
            case CutKind.Reset:
                http.Abort();
                break;
            case CutKind.Fin:
                http.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket.Shutdown(SocketShutdown.Send);
                // An abort now would overtake the close with a reset; the client closes its side when it has read this one's end.
                await new TaskCompletionSource().Task.WaitAsync(ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                http.Abort();
                break;
            case CutKind.Whole when http.Response.ContentLength is not null:
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"A body of {http.Response.ContentLength} bytes cannot end whole before its end."));
            default:
                break;
        }
    }
}
