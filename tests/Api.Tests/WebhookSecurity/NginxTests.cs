using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Patterns.WebhookSecurity;

namespace Api.Tests.WebhookSecurity;

/// <summary>Twilio signs the https URL that it called; behind a proxy that ends TLS the application sees another one.</summary>
public sealed class NginxTests(Peers peers)
{
    private const string Secret = "12345678901234567890123456789012";
    private const string Form = "Body=Hello+world&From=%2B4930123456";

    [Fact]
    [Guarantee("WebhookSecurity", 1)]
    public async Task Twilio_is_verified_behind_nginx_that_ends_TLS()
    {
        await using var forwarded = await StartAsync(useForwardedHeaders: true, publicBaseUrl: null);
        await using var unaware = await StartAsync(useForwardedHeaders: false, publicBaseUrl: null);
        await using var configured = await StartAsync(useForwardedHeaders: false, publicBaseUrl: "https://hooks.example.com/");
        await using var nginx = await Nginx.StartAsync(forwarded.Address, unaware.Address, configured.Address);
        var url = $"https://hooks.example.com:{nginx.Port}";

        (await nginx.PostAsync("/forwarded/sms?q=a%20b", await SignAsync(url + "/forwarded/sms?q=a%20b"))).Should().Be((HttpStatusCode.OK, "sms"));
        (await nginx.PostAsync("/unaware/sms", await SignAsync(url + "/unaware/sms"))).Status.Should().Be(HttpStatusCode.BadRequest, "the application believes that it was called by http");
        (await nginx.PostAsync("/configured/sms", await SignAsync("https://hooks.example.com/configured/sms"))).Should().Be((HttpStatusCode.OK, "sms"));
    }

    private Task<string> SignAsync(string url) => peers.SignAsync("twilio.sign", new { form = Form, secret = Secret, url });

    private static Task<WebhookApp> StartAsync(bool useForwardedHeaders, string? publicBaseUrl) => WebhookApp.StartAsync(
        o =>
        {
            o.PublicBaseUrl = publicBaseUrl is null ? null : new Uri(publicBaseUrl);
            o.AddSource("sms", WebhookScheme.Twilio, keys => keys.Add("1", Secret));
        },
        app =>
        {
            if (useForwardedHeaders) app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost });
            app.MapPost("/{way}/sms", (VerifiedWebhook hook) => hook.Source).RequireWebhookSignature("sms");
        });

    private sealed class Nginx : IAsyncDisposable
    {
        private readonly Process _process;
        private readonly DirectoryInfo _directory;
        private readonly HttpClient _client;

        private Nginx(Process process, DirectoryInfo directory, int port)
        {
            (_process, _directory, Port) = (process, directory, port);
            _client = new HttpClient(new SocketsHttpHandler
            {
                SslOptions = new() { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.Subject == "CN=hooks.example.com" },
                ConnectCallback = async (_, ct) =>
                {
                    var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                    await socket.ConnectAsync(IPAddress.Loopback, port, ct);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            })
            { BaseAddress = new Uri($"https://hooks.example.com:{port}") };
        }

        public int Port { get; }

        public static async Task<Nginx> StartAsync(Uri forwarded, Uri unaware, Uri configured)
        {
            var port = FreePort();
            var directory = Directory.CreateTempSubdirectory("patterns-nginx-");
            WriteCertificate(directory.FullName);
            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "nginx.conf"), $$"""
                daemon off;
                master_process off;
                pid nginx.pid;
                error_log stderr warn;
                events {}
                http {
                  access_log off;
                  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                  server {
                    listen 127.0.0.1:{{port}} ssl;
                    ssl_certificate cert.pem;
                    ssl_certificate_key key.pem;
                    proxy_set_header X-Forwarded-Proto $scheme;
                    proxy_set_header X-Forwarded-Host $http_host;
                    location /forwarded/ { proxy_pass {{forwarded.GetLeftPart(UriPartial.Authority)}}; }
                    location /unaware/ { proxy_pass {{unaware.GetLeftPart(UriPartial.Authority)}}; }
                    location /configured/ { proxy_pass {{configured.GetLeftPart(UriPartial.Authority)}}; }
                  }
                }
                """);
            var process = Process.Start(new ProcessStartInfo(Find(), ["-p", directory.FullName, "-c", "nginx.conf", "-e", "stderr"]) { UseShellExecute = false, RedirectStandardError = true })!;
            await Eventually.HoldsAsync("nginx listens", async () =>
            {
                if (process.HasExited) throw new InvalidOperationException("nginx ended: " + await process.StandardError.ReadToEndAsync());
                try
                {
                    using var probe = new TcpClient();
                    await probe.ConnectAsync(IPAddress.Loopback, port);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            });
            return new Nginx(process, directory, port);
        }

        public async Task<(HttpStatusCode Status, string Text)> PostAsync(string path, string signature)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(Form, null, "application/x-www-form-urlencoded") };
            request.Headers.Add("X-Twilio-Signature", signature);
            using var response = await _client.SendAsync(request);
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
            _directory.Delete(recursive: true);
        }

        private static string Find() => new[] { "/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx", "/usr/local/bin/nginx", "/opt/homebrew/bin/nginx" }.FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("nginx is not installed: run `build/install nginx`, or build/test, which does.");

        private static int FreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        private static void WriteCertificate(string directory)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var now = TimeProvider.System.GetUtcNow();
            using var certificate = new CertificateRequest("CN=hooks.example.com", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
            File.WriteAllText(Path.Combine(directory, "cert.pem"), certificate.ExportCertificatePem());
            File.WriteAllText(Path.Combine(directory, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        }
    }
}
