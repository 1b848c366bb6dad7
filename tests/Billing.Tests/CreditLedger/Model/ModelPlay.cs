using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

/// <summary>Does a random operation in the ledger and in the model, and compares the answers. Keys come from small sets, so that replays and conflicts come up.</summary>
internal sealed class ModelPlay(AuditedLedger ledger, AccountId account, Random random, DateTimeOffset start)
{
    private static readonly string[] Pools = ["free", "promo", "paid"];

    private readonly HashSet<string> _seen = [];
    private readonly List<Func<Task<string>>> _recent = [];
    private DateTimeOffset _now = start;
    private int _round;

    public ModelLedger Model { get; } = new(TimeSpan.FromDays(30));

    public IReadOnlySet<string> Seen => _seen;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ICreditLedger Ledger => ledger.Ledger;

    /// <returns>What was done, for the message of a failure.</returns>
    public async Task<string> StepAsync()
    {
        _round++;
        if (random.Next(8) == 0)
        {
            _now += TimeSpan.FromMinutes(random.Next(1, random.Next(2) == 0 ? 60 : 20_000));
            await ledger.ExecuteAsync($"UPDATE {{schema}}.stopped_clock SET at = '{_now:O}'");
        }

        if (_recent.Count > 0 && random.Next(10) == 0)
            return "again " + await _recent[random.Next(_recent.Count)]();
        if (_recent.Count > 6)
            _recent.RemoveAt(0);

        return random.Next(20) switch
        {
            < 3 => await GrantAsync(),
            < 8 => await SpendAsync(upTo: false),
            < 9 => await SpendAsync(upTo: true),
            < 11 => await HoldAsync(),
            < 14 => await SettleAsync(),
            < 15 => await ReleaseAsync(),
            < 16 => await ExtendAsync(),
            < 18 => await RefundAsync(),
            < 19 => await RevokeAsync(),
            _ => await ConfigureAsync(),
        };
    }

    // The last keys of a kind come up again, older ones do not.
    private string Key(string kind, int every) => $"{kind}{(_round / every) + random.Next(2)}";

    private long Amount(int most) => random.Next(1, most);

    private async Task<string> GrantAsync()
    {
        var grant = new Grant(account, Key("g", 5), Pools[random.Next(3)], 10 * Amount(60))
        {
            EffectiveAt = random.Next(4) == 0 ? _now.AddHours(random.Next(1, 100)) : null,
            CostMinor = random.Next(2) == 0 ? random.Next(0, 10_000) : null,
        };
        grant = grant with
        {
            ExpiresAt = random.Next(3) == 0 ? null : (grant.EffectiveAt ?? _now).AddHours(random.Next(1, 300)),
            Currency = grant.CostMinor is null ? null : "eur",
        };
        _recent.Add(() => GrantAsync(grant));
        return await GrantAsync(grant);
    }

    private async Task<string> GrantAsync(Grant grant)
    {
        var result = await Ledger.GrantAsync(grant, Ct);
        Saw(result.Outcome, Model.Grant(grant, result.Lot, _now), grant);
        return grant.ToString();
    }

    private async Task<string> SpendAsync(bool upTo)
    {
        var spend = new Spend(account, Key("s", 3), Amount(random.Next(2) == 0 ? 20 : 400));
        _recent.Add(() => SpendAsync(spend, upTo));
        return await SpendAsync(spend, upTo);
    }

    private async Task<string> SpendAsync(Spend spend, bool upTo)
    {
        var result = upTo ? await Ledger.SpendUpToAsync(spend, Ct) : await Ledger.SpendAsync(spend, Ct);
        var (outcome, done, spendable) = Model.Spend(spend, upTo, _now);
        Saw(result.Outcome, outcome, spend);
        if (outcome is SpendOutcome.Spent or SpendOutcome.Replayed)
        {
            (result.Amount, result.Owed).Should().Be((done!.Amount, done.Owed));
            result.Lines.Select(static line => (line.Lot, line.Amount)).Should().Equal(Parts(done));
            if (outcome == SpendOutcome.Spent)
                result.Available.Should().Be(Model.Available);
        }
        else if (outcome == SpendOutcome.Insufficient)
        {
            (result.Spendable, result.Missing).Should().Be((spendable, spend.Amount - spendable));
        }

        return spend.ToString();
    }

    private async Task<string> HoldAsync()
    {
        var hold = new Hold(account, Key("h", 6), Amount(200), TimeSpan.FromMinutes(random.Next(1, 10_000)));
        _recent.Add(() => HoldAsync(hold));
        return await HoldAsync(hold);
    }

    private async Task<string> HoldAsync(Hold hold)
    {
        var result = await Ledger.HoldAsync(hold, Ct);
        var (outcome, made, spendable) = Model.Hold(hold, _now);
        Saw(result.Outcome, outcome, hold);
        if (outcome is HoldOutcome.Held or HoldOutcome.Replayed)
        {
            result.Lines.Select(static line => (line.Lot, line.Amount)).Should().Equal(made!.FirstParts);
            result.ExpiresAt.Should().Be(made.Expires);
        }
        else if (outcome == HoldOutcome.Insufficient)
        {
            (result.Spendable, result.Missing).Should().Be((spendable, hold.Amount - spendable));
        }

        return hold.ToString();
    }

    private async Task<string> SettleAsync()
    {
        var final = random.Next(3) > 0;
        var settle = new Settle(account, Key("h", 6), random.Next(final ? 0 : 1, 300), final, final && random.Next(2) == 0 ? null : Key("p", 4), (SettleOverage)Math.Max(0, random.Next(-1, 3)));
        _recent.Add(() => SettleAsync(settle));
        return await SettleAsync(settle);
    }

    private async Task<string> SettleAsync(Settle settle)
    {
        var result = await Ledger.SettleAsync(settle, Ct);
        var (outcome, done, hold) = Model.Settle(settle, _now);
        Saw(result.Outcome, outcome, settle);
        if (outcome is SettleOutcome.Settled or SettleOutcome.Replayed)
        {
            (result.Amount, result.Owed).Should().Be((done!.Amount, done.Owed));
            result.Lines.Select(static line => (line.Lot, line.Amount)).Should().Equal(Parts(done));
        }

        if (hold is not null && outcome != SettleOutcome.Conflict && outcome is not SettleOutcome.OverHold and not SettleOutcome.Insufficient)
            (result.HeldAtFirst, result.SettledInAll).Should().Be((hold.Amount, hold.Settled));
        return settle.ToString();
    }

    private async Task<string> ReleaseAsync()
    {
        var key = Key("h", 6);
        var result = await Ledger.ReleaseAsync(account, key, Ct);
        var (outcome, released) = Model.Release(key, _now);
        Saw(result.Outcome, outcome, key);
        result.Released.Should().Be(released);
        return $"release {key}";
    }

    private async Task<string> ExtendAsync()
    {
        var (key, timeToLive) = (Key("h", 6), TimeSpan.FromMinutes(random.Next(1, 20_000)));
        var result = await Ledger.ExtendAsync(account, key, timeToLive, Ct);
        Saw(result.Outcome, Model.Extend(key, timeToLive, _now), key);
        return $"extend {key}";
    }

    private async Task<string> RefundAsync()
    {
        var spendKey = random.Next(4) switch { 0 => Key("h", 6), 1 => Key("p", 4), _ => Key("s", 3) };
        var refund = new Refund(account, spendKey, Key("r", 3), random.Next(3) == 0 ? null : Amount(100), (ExpiredRefund)random.Next(2));
        _recent.Add(() => RefundAsync(refund));
        return await RefundAsync(refund);
    }

    private async Task<string> RefundAsync(Refund refund)
    {
        var before = Model.Lots.Count;
        var result = await Ledger.RefundAsync(refund, Ct);
        var (outcome, amount) = Model.Refund(refund, _now);
        Saw(result.Outcome, outcome, refund);
        if (outcome is RefundOutcome.Refunded or RefundOutcome.Replayed)
            result.Amount.Should().Be(amount);
        else if (outcome == RefundOutcome.ExceedsSpend)
            result.Refundable.Should().Be(amount);

        // The database chose the ids of successors; they come in the same order.
        var known = Model.Lots.Take(before).Select(static lot => lot.Id).ToHashSet();
        var successors = result.Lines.Where(line => !known.Contains(line.Lot)).ToList();
        if (outcome == RefundOutcome.Refunded)
        {
            successors.Should().HaveCount(Model.Lots.Count - before);
            for (var i = 0; i < successors.Count; i++)
                Model.Lots[before + i].Id = successors[i].Lot;
        }

        return refund.ToString();
    }

    private async Task<string> RevokeAsync()
    {
        var revoke = new Revoke(account, Key("g", 5), Key("v", 8), random.Next(2) == 0 ? null : Amount(300), (ClawbackRule)random.Next(2));
        _recent.Add(() => RevokeAsync(revoke));
        return await RevokeAsync(revoke);
    }

    private async Task<string> RevokeAsync(Revoke revoke)
    {
        var result = await Ledger.RevokeAsync(revoke, Ct);
        var (outcome, taken, shortfall) = Model.Revoke(revoke, _now);
        Saw(result.Outcome, outcome, revoke);
        (result.Taken, result.Shortfall).Should().Be((taken, shortfall));
        return revoke.ToString();
    }

    private async Task<string> ConfigureAsync()
    {
        var overdraft = random.Next(3) == 0 ? random.Next(0, 100) : 0;
        await Ledger.ConfigureAsync(account, new(OverdraftLimit: overdraft), Ct);
        Model.Configure(overdraft, _now);
        return $"overdraft {overdraft}";
    }

    private static IEnumerable<(Guid Lot, long Amount)> Parts(ModelSpend spend) => spend.Parts.Where(static part => part.Lot is not null).Select(static part => (part.Lot!.Id, part.Amount));

    private void Saw<T>(T outcome, T expected, object operation)
        where T : struct, Enum
    {
        outcome.Should().Be(expected, $"it is {operation} at {_now:O}");
        _seen.Add(outcome.ToString());
    }
}
