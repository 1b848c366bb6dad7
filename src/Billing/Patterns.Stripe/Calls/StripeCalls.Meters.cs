using Patterns.Stripe.Wire;

namespace Patterns.Stripe;

public static partial class StripeCalls
{
    /// <summary>Tells a unit of usage.</summary>
    /// <param name="client">The client.</param>
    /// <param name="usage">The usage.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>What Stripe took.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeMeterEvent> CreateMeterEventAsync(this IStripeClient client, MeterEventCreate usage, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.PostAsync("/v1/billing/meter_events", usage, ParameterJson.Default.MeterEventCreate, ResourceJson.Default.StripeMeterEvent, options, ct);

    /// <summary>Cancels a unit of usage, within 24 hours.</summary>
    /// <param name="client">The client.</param>
    /// <param name="adjustment">What to cancel.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The cancellation.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeMeterEventAdjustment> CreateMeterEventAdjustmentAsync(this IStripeClient client, MeterEventAdjustmentCreate adjustment, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.PostAsync("/v1/billing/meter_event_adjustments", adjustment, ParameterJson.Default.MeterEventAdjustmentCreate, ResourceJson.Default.StripeMeterEventAdjustment, options, ct);

    /// <summary>Lists what Stripe counted. It lags behind what was told.</summary>
    /// <param name="client">The client.</param>
    /// <param name="meterId">The meter.</param>
    /// <param name="filter">Which.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The summaries, one page in memory at a time.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static IAsyncEnumerable<StripeMeterEventSummary> ListMeterEventSummariesAsync(this IStripeClient client, string meterId, MeterSummaryFilter filter, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.ListAsync(StripeRequest.Get($"/v1/billing/meters/{RequestRules.PathPart(meterId, nameof(meterId))}/event_summaries", filter, ParameterJson.Default.MeterSummaryFilter).Path, ResourceJson.Default.StripeMeterEventSummary, options, ct);

    /// <summary>Tells a unit of usage through version 2 of the API.</summary>
    /// <param name="client">The client.</param>
    /// <param name="usage">The usage.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>What Stripe took.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeMeterEvent> CreateStreamedMeterEventAsync(this IStripeClient client, StreamedMeterEvent usage, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.PostAsync("/v2/billing/meter_events", usage, ParameterJson.Default.StreamedMeterEvent, ResourceJson.Default.StripeMeterEvent, options, ct);

    /// <summary>Makes a session for <see cref="SendMeterEventStreamAsync"/>, good for 15 minutes.</summary>
    /// <param name="client">The client.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>The session, with its secret token.</returns>
    /// <exception cref="StripeApiException">Stripe answered with an error, or did not answer.</exception>
    public static Task<StripeMeterEventSession> CreateMeterEventSessionAsync(this IStripeClient client, StripeCallOptions? options = null, CancellationToken ct = default) =>
        client.PostAsync("/v2/billing/meter_event_session", NoParameters.Instance, ParameterJson.Default.NoParameters, ResourceJson.Default.StripeMeterEventSession, options, ct);

    /// <summary>Tells up to 100 units of usage at once, at the host for high volumes (<see cref="StripeOptions.MeterEventsBase"/>).</summary>
    /// <param name="client">The client.</param>
    /// <param name="session">The session whose token authenticates the call.</param>
    /// <param name="events">The usage, 1 to 100 entries. It is checked later: Stripe tells what it could not use by events.</param>
    /// <param name="options">What this call does otherwise than its client.</param>
    /// <param name="ct">Ends the call; see <see cref="IStripeClient.SendAsync"/>.</param>
    /// <returns>Nothing: Stripe answers with an empty body.</returns>
    /// <exception cref="StripeApiException">
    /// Stripe answered with an error, or did not answer; <see cref="StripeErrorKind.SessionExpired"/> when the session has ended.
    /// </exception>
    public static async Task SendMeterEventStreamAsync(
        this IStripeClient client, StripeMeterEventSession session, IReadOnlyList<StreamedMeterEvent> events, StripeCallOptions? options = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(events);
        if (events.Count is 0 or > 100) throw new ArgumentException($"There are {events.Count} events; one call takes 1 to 100.", nameof(events));
        const string path = "/v2/billing/meter_event_stream";
        var content = FormEncoder.EncodeBody(path, new MeterEventStream { Events = events }, ParameterJson.Default.MeterEventStream);
        var request = new StripeRequest(HttpMethod.Post, path, content, options) { BearerToken = session.AuthenticationToken };
        var response = await client.SendAsync(request, ct).ConfigureAwait(false);
        if (response.Status is < 200 or > 299) throw ErrorReader.Read(response);
    }
}
