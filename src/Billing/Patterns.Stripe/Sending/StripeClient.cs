using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Patterns.Stripe.Wire;

namespace Patterns.Stripe.Sending;

/// <summary>Your own client: gives each request its key, sends it until it is answered, and says what became of it.</summary>
internal sealed class StripeClient : IStripeClient
{
    private readonly StripeSender? _sender;
    private readonly int _maxRetries;
    private readonly ILogger _logger;

    public StripeClient(IHttpClientFactory clients, IOptions<StripeOptions> options, TimeProvider time, ILogger logger, IHostEnvironment? environment = null)
    {
        var settings = options.Value;
        _logger = logger;
        _maxRetries = settings.MaxRetries;
        if (!settings.Enabled) return;
        _sender = new StripeSender(clients.CreateClient(StripeOptions.HttpClientName), settings, time, logger);
        if (environment?.IsDevelopment() == true && StripeOptionsValidator.IsLive(settings.ApiKey)) Log.LiveKeyInDevelopment(logger);
    }

    public IStripeClient ForAccount(string accountId) => new StripeAccountClient(this, RequestRules.CheckAccount(accountId));

    public Task<StripeResponse> SendAsync(StripeRequest request, CancellationToken ct = default) => SendAsync(request, account: null, ct);

    public async Task<StripeResponse> SendAsync(StripeRequest request, string? account, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (_sender is null)
            throw new InvalidOperationException($"Stripe is switched off: {nameof(StripeOptions)}.{nameof(StripeOptions.Enabled)} is false. Set it to true, with an {nameof(StripeOptions.ApiKey)}, where billing is wanted.");
        var call = new StripeCall(request, account, _maxRetries);
        using var activity = Telemetry.Start(request);
        var started = Telemetry.Start();
        try
        {
            var response = await _sender.SendAsync(call, ct).ConfigureAwait(false);
            Telemetry.Answered(activity, request, response, started);
            Log.Answered(_logger, request.Method, call.PathWithoutQuery, response.Status, response.Attempts, response.RequestId);
            return response;
        }
        catch (Exception exception)
        {
            Telemetry.Unanswered(activity, request, exception, started);
            throw;
        }
    }
}
