using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

/// <summary>Holds and how they end.</summary>
internal sealed partial class ModelLedger
{
    public (HoldOutcome Outcome, ModelHold? Hold, long Spendable) Hold(Hold hold, DateTimeOffset now)
    {
        if (!_exists)
            return (HoldOutcome.Insufficient, null, 0);
        Due(now);
        if (_holds.TryGetValue(hold.Key, out var known))
            return (known.Content.Equals(hold) ? HoldOutcome.Replayed : HoldOutcome.Conflict, known, 0);
        if (Debt > Overdraft)
            return (HoldOutcome.InDebt, null, 0);
        var spendable = Drainable(now).Sum(static lot => lot.Remaining);
        if (spendable < hold.Amount)
            return (HoldOutcome.Insufficient, null, spendable);

        var (parts, left) = (new List<(ModelLot Lot, long Amount)>(), hold.Amount);
        foreach (var lot in Drainable(now))
        {
            var take = Math.Min(lot.Remaining, left);
            if (take == 0)
                break;
            lot.Remaining -= take;
            lot.Held += take;
            left -= take;
            parts.Add((lot, take));
        }

        var made = new ModelHold { Content = hold, Amount = hold.Amount, Expires = now + hold.TimeToLive!.Value, Parts = parts, FirstParts = [.. parts.Select(static p => (p.Lot.Id, p.Amount))] };
        _holds.Add(hold.Key, made);
        return (HoldOutcome.Held, made, 0);
    }

    public (SettleOutcome Outcome, ModelSpend? Spend, ModelHold? Hold) Settle(Settle settle, DateTimeOffset now)
    {
        if (!_exists)
            return (SettleOutcome.NotFound, null, null);
        Due(now);
        var key = settle.Key ?? settle.HoldKey;
        var hold = _holds.GetValueOrDefault(settle.HoldKey);
        if (_spends.TryGetValue(key, out var known))
            return (known.Content.Equals(settle) ? SettleOutcome.Replayed : SettleOutcome.Conflict, known, hold);
        if (hold is null)
            return (SettleOutcome.NotFound, null, null);
        if (hold.State != "open")
            return (hold.State switch { "settled" => SettleOutcome.AlreadySettled, "released" => SettleOutcome.AlreadyReleased, _ => SettleOutcome.HoldExpired }, null, hold);

        var excess = settle.Actual - hold.Left;
        var spendable = Drainable(now).Sum(static lot => lot.Remaining);
        if (excess > 0 && settle.Overage == SettleOverage.Reject)
            return (SettleOutcome.OverHold, null, hold);
        if (excess > spendable && settle.Overage == SettleOverage.TakeAvailable && excess - spendable > Math.Max(Overdraft - Debt, 0))
            return (SettleOutcome.Insufficient, null, hold);

        var done = new ModelSpend { Content = settle, Parts = [] };
        var left = settle.Actual;
        for (var i = 0; i < hold.Parts.Count; i++)
        {
            var (lot, amount) = hold.Parts[i];
            var take = Math.Min(amount, left);
            lot.Held -= take;
            lot.Consumed += take;
            left -= take;
            hold.Parts[i] = (lot, amount - take);
            if (take > 0)
                done.Parts.Add((lot, take));
        }

        Take(done, left, now);
        if (done.Parts.Count > 0)
            _spends.Add(key, done);
        hold.Settled += settle.Actual;
        if (settle.Final)
            End(hold, "settled", now);
        return (SettleOutcome.Settled, done, hold);
    }

    public (HoldEnd Outcome, long Released) Release(string holdKey, DateTimeOffset now)
    {
        if (!_exists)
            return (HoldEnd.NotFound, 0);
        Due(now);
        if (!_holds.TryGetValue(holdKey, out var hold))
            return (HoldEnd.NotFound, 0);
        if (hold.State != "open")
            return (Ended(hold), 0);
        var left = hold.Left;
        End(hold, "released", now);
        return (HoldEnd.Done, left);
    }

    public HoldEnd Extend(string holdKey, TimeSpan timeToLive, DateTimeOffset now)
    {
        if (!_exists)
            return HoldEnd.NotFound;
        Due(now);
        if (!_holds.TryGetValue(holdKey, out var hold))
            return HoldEnd.NotFound;
        if (hold.State != "open")
            return Ended(hold);
        hold.Expires = hold.Expires > now + timeToLive ? hold.Expires : now + timeToLive;
        return HoldEnd.Done;
    }

    private void End(ModelHold hold, string state, DateTimeOffset now)
    {
        foreach (var (lot, amount) in hold.Parts)
        {
            lot.Held -= amount;
            lot.Remaining += amount;
        }

        hold.Parts = [];
        hold.State = state;
        Due(now);
    }

    private static HoldEnd Ended(ModelHold hold) => hold.State switch { "settled" => HoldEnd.AlreadySettled, "released" => HoldEnd.AlreadyReleased, _ => HoldEnd.HoldExpired };
}
