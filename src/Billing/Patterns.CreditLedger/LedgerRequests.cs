using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Patterns.Shared;

namespace Patterns.CreditLedger;

/// <summary>Checks what callers ask for, and says it in the terms of the database.</summary>
internal sealed class LedgerRequests(LedgerPools pools, IOptions<CreditLedgerOptions> options)
{
    private static readonly TimeSpan DefaultTimeToLive = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan MinTimeToLive = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxTimeToLive = TimeSpan.FromDays(30);

    private readonly double _grace = options.Value.RefundGrace.TotalSeconds;

    public LedgerRequest Of(Grant grant)
    {
        ArgumentNullException.ThrowIfNull(grant);
        Check(grant.Account, grant.Key, grant.Reason, grant.Reference);
        LedgerText.CheckAmount(grant.Amount, nameof(grant.Amount));
        LedgerText.Check(grant.Pool, nameof(grant.Pool));
        var priority = pools.PriorityOf(grant.Pool, nameof(grant.Pool));
        if (grant.ExpiresAt <= grant.EffectiveAt)
            throw new ArgumentException($"ExpiresAt ({grant.ExpiresAt:O}) must be later than EffectiveAt ({grant.EffectiveAt:O}).", nameof(grant));
        if (grant.CostMinor.HasValue != (grant.Currency is not null))
            throw new ArgumentException("CostMinor and Currency go together: give both or neither.", nameof(grant));
        if (grant.CostMinor is { } cost)
            LedgerText.CheckAmount(cost, nameof(grant.CostMinor), min: 0);
        if (grant.Currency is { } currency && (currency.Length != 3 || currency.AsSpan().ContainsAnyExceptInRange('a', 'z')))
            throw new ArgumentException($"Currency is '{currency}'; it must be a lower-case ISO 4217 code, such as 'usd'.", nameof(grant));

        var hash = ContentHash.Of(
            LedgerKind.Grant, grant.Amount, grant.Pool, Text(grant.EffectiveAt), Text(grant.ExpiresAt), grant.CostMinor?.ToString(CultureInfo.InvariantCulture), grant.Currency, grant.Reference, grant.Reason);
        return new(LedgerKind.Grant, grant.Account, grant.Key, hash, grant.Amount, Reason: grant.Reason, Reference: grant.Reference, Terms: Json(new()
        {
            Pool = grant.Pool,
            Priority = priority,
            Effective = grant.EffectiveAt,
            Expires = grant.ExpiresAt,
            Cost = grant.CostMinor,
            Currency = grant.Currency,
        }));
    }

    public static LedgerRequest Of(Spend spend, LedgerKind kind)
    {
        ArgumentNullException.ThrowIfNull(spend);
        Check(spend.Account, spend.Key, spend.Reason, spend.Reference);
        LedgerText.CheckAmount(spend.Amount, nameof(spend.Amount));
        return new(kind, spend.Account, spend.Key, ContentHash.Of(kind, spend.Amount, spend.Reason, spend.Reference), spend.Amount, Reason: spend.Reason, Reference: spend.Reference);
    }

    public static LedgerRequest Of(Hold hold)
    {
        ArgumentNullException.ThrowIfNull(hold);
        Check(hold.Account, hold.Key, hold.Reason, hold.Reference);
        LedgerText.CheckAmount(hold.Amount, nameof(hold.Amount));
        var seconds = Seconds(hold.TimeToLive, nameof(hold.TimeToLive));
        var hash = ContentHash.Of(LedgerKind.Hold, hold.Amount, Text(seconds), hold.Reason, hold.Reference);
        return new(LedgerKind.Hold, hold.Account, hold.Key, hash, hold.Amount, Reason: hold.Reason, Reference: hold.Reference, Terms: Json(new() { Seconds = seconds }));
    }

    public static LedgerRequest Of(Settle settle)
    {
        ArgumentNullException.ThrowIfNull(settle);
        LedgerText.Check(settle.HoldKey, nameof(settle.HoldKey));
        if (!settle.Final && settle.Key is null)
            throw new ArgumentException("A settlement that is not final needs a Key of its own, so that it can be told from the next one.", nameof(settle));
        Check(settle.Account, settle.Key ?? settle.HoldKey, settle.Reason, settle.Reference);
        LedgerText.CheckAmount(settle.Actual, nameof(settle.Actual), min: settle.Final ? 0 : 1);
        var overage = Defined(settle.Overage, nameof(settle.Overage));
        var hash = ContentHash.Of(LedgerKind.Settle, settle.Actual, settle.HoldKey, settle.Final ? "final" : null, settle.Overage.ToString(), settle.Reason, settle.Reference);
        return new(
            LedgerKind.Settle, settle.Account, settle.Key ?? settle.HoldKey, hash, settle.Actual, About: settle.HoldKey, Reason: settle.Reason, Reference: settle.Reference,
            Terms: Json(new() { Final = settle.Final, Overage = (int)overage }));
    }

    public static LedgerRequest Release(AccountId account, string holdKey)
    {
        Check(account, holdKey, reason: null, reference: null, nameof(holdKey));
        return new(LedgerKind.Release, account, holdKey, [], About: holdKey);
    }

    public static LedgerRequest Extend(AccountId account, string holdKey, TimeSpan timeToLive)
    {
        Check(account, holdKey, reason: null, reference: null, nameof(holdKey));
        return new(LedgerKind.Extend, account, holdKey, [], Terms: Json(new() { Seconds = Seconds(timeToLive, nameof(timeToLive)) }));
    }

    public LedgerRequest Of(Refund refund)
    {
        ArgumentNullException.ThrowIfNull(refund);
        LedgerText.Check(refund.SpendKey, nameof(refund.SpendKey));
        Check(refund.Account, refund.Key, refund.Reason, reference: null);
        if (refund.Amount is { } amount)
            LedgerText.CheckAmount(amount, nameof(refund.Amount));
        var forfeit = Defined(refund.Expired, nameof(refund.Expired)) == ExpiredRefund.Forfeit;
        var hash = ContentHash.Of(LedgerKind.Refund, refund.Amount, refund.SpendKey, refund.Expired.ToString(), refund.Reason);
        return new(
            LedgerKind.Refund, refund.Account, refund.Key, hash, refund.Amount, About: refund.SpendKey, Reason: refund.Reason,
            Terms: Json(new() { Forfeit = forfeit, Grace = _grace }));
    }

    public static LedgerRequest Of(Revoke revoke)
    {
        ArgumentNullException.ThrowIfNull(revoke);
        LedgerText.Check(revoke.GrantKey, nameof(revoke.GrantKey));
        Check(revoke.Account, revoke.Key, revoke.Reason, reference: null);
        if (revoke.Amount is { } amount)
            LedgerText.CheckAmount(amount, nameof(revoke.Amount));
        var debt = Defined(revoke.Rule, nameof(revoke.Rule)) == ClawbackRule.Debt;
        var hash = ContentHash.Of(LedgerKind.Revoke, revoke.Amount, revoke.GrantKey, revoke.Rule.ToString(), revoke.Reason);
        return new(LedgerKind.Revoke, revoke.Account, revoke.Key, hash, revoke.Amount, About: revoke.GrantKey, Reason: revoke.Reason, Terms: Json(new() { Debt = debt }));
    }

    public static LedgerRequest Configure(AccountId account, AccountSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        LedgerText.Check(account, nameof(account));
        if (settings.OverdraftLimit is { } limit)
            LedgerText.CheckAmount(limit, nameof(settings.OverdraftLimit), min: 0);
        if (settings.LowWatermark is { } watermark)
            LedgerText.CheckAmount(watermark, nameof(settings.LowWatermark), min: 0);
        return new(LedgerKind.Configure, account, "", [], Terms: Json(new() { Overdraft = settings.OverdraftLimit, Watermark = settings.LowWatermark }));
    }

    public static LedgerRequest Reload(AccountId account, string key, TimeSpan? timeToLive)
    {
        Check(account, key, reason: null, reference: null);
        return new(LedgerKind.Reload, account, key, [], Terms: Json(new() { Seconds = Seconds(timeToLive, nameof(timeToLive)) }));
    }

    public static LedgerRequest FailReload(AccountId account, string key)
    {
        Check(account, key, reason: null, reference: null);
        return new(LedgerKind.Reload, account, key, [], Terms: "{}");
    }

    private static void Check(AccountId account, string key, string? reason, string? reference, string keyName = "Key")
    {
        LedgerText.Check(account, nameof(account));
        LedgerText.Check(key, keyName);
        PlainText.CheckOptional(reason, "Reason", LedgerText.MaxReason);
        PlainText.CheckOptional(reference, "Reference", LedgerText.MaxKey);
    }

    private static double Seconds(TimeSpan? timeToLive, string parameter)
    {
        var value = timeToLive ?? DefaultTimeToLive;
        return value >= MinTimeToLive && value <= MaxTimeToLive
            ? value.TotalSeconds
            : throw new ArgumentOutOfRangeException(parameter, value, "It must be 1 s to 30 days.");
    }

    private static T Defined<T>(T value, string parameter)
        where T : struct, Enum => Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(parameter, value, $"It must be one of {string.Join(", ", Enum.GetNames<T>())}.");

    private static string? Text(DateTimeOffset? at) => at?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Json(LedgerTerms terms) => JsonSerializer.Serialize(terms, LedgerJson.Default.LedgerTerms);
}
