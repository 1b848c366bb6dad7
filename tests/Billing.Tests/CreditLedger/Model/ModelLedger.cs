using Patterns.CreditLedger;

namespace Billing.Tests.CreditLedger;

/// <summary>One account, written as plainly as it can be: what each operation should do, one after the other, without a database.</summary>
internal sealed partial class ModelLedger(TimeSpan grace)
{
    private readonly Dictionary<string, (object Content, ModelLot Lot)> _grants = [];
    private readonly Dictionary<string, ModelHold> _holds = [];
    private readonly Dictionary<string, ModelSpend> _spends = [];
    private readonly Dictionary<string, (object Content, long Amount)> _refunds = [];
    private readonly Dictionary<string, (object Content, long Taken, long Shortfall)> _revokes = [];
    private bool _exists;

    public List<ModelLot> Lots { get; } = [];

    public long Debt { get; private set; }

    public long Overdraft { get; set; }

    public long Available => Lots.Sum(static lot => lot.Remaining);

    public long Held => Lots.Sum(static lot => lot.Held);

    public void Configure(long overdraft, DateTimeOffset now)
    {
        Due(now);
        (_exists, Overdraft) = (true, overdraft);
    }

    public GrantOutcome Grant(Grant grant, Guid lot, DateTimeOffset now)
    {
        Due(now);
        if (_grants.TryGetValue(grant.Key, out var known))
            return known.Content.Equals(grant) ? GrantOutcome.Replayed : GrantOutcome.Conflict;

        _exists = true;
        var made = NewLot(lot, grant.Pool, grant.Amount, grant.EffectiveAt ?? now, grant.ExpiresAt ?? DateTimeOffset.MaxValue, grant.CostMinor);
        _grants.Add(grant.Key, (grant, made));
        var repaid = Math.Min(Debt, grant.Amount);
        made.Remaining -= repaid;
        made.Consumed += repaid;
        made.Repaid += repaid;
        Debt -= repaid;
        return GrantOutcome.Granted;
    }

    public (SpendOutcome Outcome, ModelSpend? Spend, long Spendable) Spend(Spend spend, bool upTo, DateTimeOffset now)
    {
        if (!_exists)
            return (SpendOutcome.Insufficient, null, 0);
        Due(now);
        object content = (spend, upTo);
        if (_spends.TryGetValue(spend.Key, out var known))
            return (known.Content.Equals(content) ? SpendOutcome.Replayed : SpendOutcome.Conflict, known, 0);
        if (Debt > Overdraft)
            return (SpendOutcome.InDebt, null, 0);

        var spendable = Drainable(now).Sum(static lot => lot.Remaining);
        if (spendable < spend.Amount && !(upTo ? spendable > 0 : spend.Amount - spendable <= Overdraft - Debt))
            return (SpendOutcome.Insufficient, null, spendable);

        var done = new ModelSpend { Content = content, Parts = [] };
        Take(done, upTo ? Math.Min(spendable, spend.Amount) : spend.Amount, now);
        _spends.Add(spend.Key, done);
        return (SpendOutcome.Spent, done, 0);
    }

    /// <summary>Successors get an id of this model; the test puts the database's in its place.</summary>
    public (RefundOutcome Outcome, long Amount) Refund(Refund refund, DateTimeOffset now)
    {
        if (!_exists)
            return (RefundOutcome.NotFound, 0);
        Due(now);
        if (_refunds.TryGetValue(refund.Key, out var known))
            return known.Content.Equals(refund) ? (RefundOutcome.Replayed, known.Amount) : (RefundOutcome.Conflict, 0);
        if (!_spends.TryGetValue(refund.SpendKey, out var spend))
            return (RefundOutcome.NotFound, 0);

        // One part for each lot, the last one touched first.
        var parts = spend.Parts.Select(static (part, place) => (part.Lot, part.Amount, place)).GroupBy(static part => part.Lot)
            .Select(static lot => (Lot: lot.Key, Amount: lot.Sum(static p => p.Amount), Place: lot.Max(static p => p.place))).OrderByDescending(static p => p.Place).ToList();
        var refundable = spend.Amount - spend.Refunded.Values.Sum();
        var left = refund.Amount ?? refundable;
        if (left == 0 || left > refundable)
            return (RefundOutcome.ExceedsSpend, refundable);

        _refunds.Add(refund.Key, (refund, left));
        var amount = left;
        foreach (var (lot, spent, _) in parts)
        {
            var id = lot?.Id ?? Guid.Empty;
            var take = Math.Min(left, spent - spend.Refunded.GetValueOrDefault(id));
            if (take == 0)
                continue;
            left -= take;
            spend.Refunded[id] = spend.Refunded.GetValueOrDefault(id) + take;
            if (lot is not null)
            {
                GiveBack(lot, take, refund, now);
                continue;
            }

            var owed = Math.Min(take, Debt);
            Debt -= owed;
            take -= owed;
            foreach (var repaying in Lots.Where(static l => l.Repaid > 0).OrderByDescending(static l => l.Born).ToList())
            {
                var part = Math.Min(take, repaying.Repaid);
                if (part == 0)
                    break;
                repaying.Repaid -= part;
                GiveBack(repaying, part, refund, now);
                take -= part;
            }
        }

        return (RefundOutcome.Refunded, amount);
    }

    public (RevokeOutcome Outcome, long Taken, long Shortfall) Revoke(Revoke revoke, DateTimeOffset now)
    {
        if (!_exists)
            return (RevokeOutcome.NotFound, 0, 0);
        Due(now);
        if (_revokes.TryGetValue(revoke.Key, out var known))
            return known.Content.Equals(revoke) ? (RevokeOutcome.Replayed, known.Taken, known.Shortfall) : (RevokeOutcome.Conflict, 0, 0);
        if (!_grants.TryGetValue(revoke.GrantKey, out var grant))
            return (RevokeOutcome.NotFound, 0, 0);

        var lot = grant.Lot;
        var asked = revoke.Amount ?? lot.Granted - lot.Reclaimed;
        if (asked == 0 || asked > lot.Granted - lot.Reclaimed)
            return (RevokeOutcome.ExceedsGrant, 0, 0);
        var taken = Math.Min(asked, lot.Remaining);
        lot.Remaining -= taken;
        lot.Revoked += taken;
        lot.Reclaimed += asked;
        if (revoke.Rule == ClawbackRule.Debt)
            Debt += asked - taken;
        _revokes.Add(revoke.Key, (revoke, taken, asked - taken));
        return (RevokeOutcome.Revoked, taken, asked - taken);
    }

    private IEnumerable<ModelLot> Drainable(DateTimeOffset now) => Lots.Where(lot => lot.Remaining > 0 && lot.Effective <= now && lot.Expires > now)
        .OrderBy(static lot => lot.Priority).ThenBy(static lot => lot.Expires).ThenBy(static lot => lot.Effective).ThenBy(static lot => lot.Id);

    private void Take(ModelSpend spend, long amount, DateTimeOffset now)
    {
        foreach (var lot in Drainable(now).ToList())
        {
            var take = Math.Min(lot.Remaining, amount);
            if (take == 0)
                break;
            lot.Remaining -= take;
            lot.Consumed += take;
            amount -= take;
            spend.Parts.Add((lot, take));
        }

        if (amount > 0)
        {
            Debt += amount;
            spend.Parts.Add((null, amount));
        }
    }

    private void Due(DateTimeOffset now)
    {
        foreach (var hold in _holds.Values.Where(hold => hold.State == "open" && hold.Expires <= now))
        {
            foreach (var (lot, amount) in hold.Parts)
            {
                lot.Held -= amount;
                lot.Remaining += amount;
            }

            hold.Parts = [];
            hold.State = "expired";
        }

        foreach (var lot in Lots.Where(lot => lot.Expires <= now))
        {
            lot.Expired += lot.Remaining;
            lot.Remaining = 0;
        }
    }

    private void GiveBack(ModelLot lot, long amount, Refund refund, DateTimeOffset now)
    {
        lot.Consumed -= amount;
        if (lot.Expires > now)
        {
            lot.Remaining += amount;
        }
        else if (refund.Expired == ExpiredRefund.Forfeit)
        {
            lot.Expired += amount;
        }
        else
        {
            long? share = lot.Cost is { } cost ? (long)((Int128)(cost - lot.MovedMinor) * amount / (lot.Granted - lot.Moved)) : null;
            lot.Moved += amount;
            lot.MovedMinor += share ?? 0;
            NewLot(Guid.Empty, lot.Pool, amount, now, now + grace, share);
        }
    }

    private ModelLot NewLot(Guid id, string pool, long amount, DateTimeOffset effective, DateTimeOffset expires, long? cost)
    {
        var lot = new ModelLot
        {
            Id = id, Pool = pool, Priority = pool switch { "free" => 10, "promo" => 20, _ => 50 }, Granted = amount, Remaining = amount, Effective = effective, Expires = expires, Cost = cost, Born = Lots.Count,
        };
        Lots.Add(lot);
        return lot;
    }
}
