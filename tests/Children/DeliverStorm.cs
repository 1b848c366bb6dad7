using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Patterns.WebhookSecurity;

namespace Children;

/// <summary>
/// One of several senders that deliver the same events at the same time. Each line of its input names events, as the first number and how many; it
/// delivers every one of them a number of times at once, each time until the answer is 2xx as Stripe does, and answers <c>delivered attempts</c>.
/// Arguments: the secret, the event's template, how often each event is delivered, and the addresses that take turns.
/// </summary>
public static class DeliverStorm
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task<int> RunAsync(string[] arguments)
    {
        var (secret, template, copies) = (arguments[0], await File.ReadAllTextAsync(arguments[1]), int.Parse(arguments[2], CultureInfo.InvariantCulture));
        var addresses = arguments[3..].Select(address => new Uri(new Uri(address), "/webhooks/stripe")).ToArray();
        await using var services = new ServiceCollection().AddWebhookSecurity(o => o.AddSource("stripe", WebhookScheme.Stripe, keys => keys.Add("current", secret))).BuildServiceProvider();
        var signer = services.GetRequiredService<IWebhookSigner>();
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 32 }) { Timeout = TimeSpan.FromSeconds(20) };

        Console.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var range = line.Split(' ').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray();
            var deliveries = Enumerable.Range(range[0], range[1]).SelectMany(number =>
            {
                var id = $"evt_1Storm{number}";
                var body = Encoding.UTF8.GetBytes(template.Replace("evt_1KEY", id, StringComparison.Ordinal));
                var signature = signer.Sign("stripe", id, TimeProvider.System.GetUtcNow(), body)["Stripe-Signature"];
                return Enumerable.Range(0, copies).Select(copy => DeliverAsync(client, addresses, number + copy, body, signature));
            });
            var attempts = await Task.WhenAll(deliveries.ToList());
            Console.WriteLine($"{attempts.Length} {attempts.Sum()}");
        }

        return 0;
    }

    private static async Task<int> DeliverAsync(HttpClient client, Uri[] addresses, int turn, byte[] body, string signature)
    {
        using var pause = new PeriodicTimer(Pause);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, addresses[(turn + attempt) % addresses.Length]) { Content = new ByteArrayContent(body) };
                request.Headers.Add("Stripe-Signature", signature);
                using var response = await client.SendAsync(request);
                if (response.IsSuccessStatusCode) return attempt;
                if ((int)response.StatusCode < 500) throw new InvalidOperationException($"A genuine event was answered {(int)response.StatusCode}.");
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
            {
                // No answer: the process is dead, or not up again yet. It may have committed or not; the provider delivers again.
            }

            // A little longer each time: on a slow machine the attempts would take what the work needs.
            for (var tick = 0; tick < Math.Min(attempt, 4); tick++) await pause.WaitForNextTickAsync();
        }
    }
}
