namespace Patterns.CreditLedger;

/// <summary>Says the database's answers in the terms of the callers.</summary>
internal static class LedgerResults
{
    public static GrantResult Grant(LedgerRequest request, in LedgerAnswer answer)
    {
        var told = Expect(request, answer).Told;
        return new(answer.Status switch
        {
            LedgerStatus.Applied => GrantOutcome.Granted,
            LedgerStatus.Replayed => GrantOutcome.Replayed,
            LedgerStatus.Conflict => GrantOutcome.Conflict,
            _ => throw Unexpected(request, answer),
        })
        {
            Lot = told?.Lot ?? default,
            Amount = told?.Granted ?? 0,
            DebtRepaid = told?.Sum(ofLots: true, EntryKind.Repay) ?? 0,
            EntryNumber = told?.Seq ?? 0,
            Available = told?.Available ?? 0,
        };
    }

    public static SpendResult Spend(LedgerRequest request, in LedgerAnswer answer)
    {
        switch (Expect(request, answer).Status)
        {
            case LedgerStatus.Insufficient:
                return new(SpendOutcome.Insufficient) { Spendable = answer.Figure, Missing = request.Amount!.Value - answer.Figure };
            case LedgerStatus.InDebt:
                return new(SpendOutcome.InDebt);
            case LedgerStatus.Conflict:
                return new(SpendOutcome.Conflict);
            case LedgerStatus.Applied or LedgerStatus.Replayed:
                break;
            default:
                throw Unexpected(request, answer);
        }

        var outcome = answer.Status == LedgerStatus.Applied ? SpendOutcome.Spent : SpendOutcome.Replayed;
        if (answer.Told is not { } told)
        {
            var amount = answer.Owed;
            foreach (var line in answer.Lines)
                amount += line.Amount;
            return new(outcome) { Amount = amount, Lines = answer.Lines, Owed = answer.Owed, EntryNumber = answer.Seq, Available = answer.Figure, CrossedLowWatermark = answer.Crossed };
        }

        var owed = told.Sum(ofLots: false, EntryKind.Spend);
        return new(outcome)
        {
            Amount = owed + told.Sum(ofLots: true, EntryKind.Spend, EntryKind.Settle),
            Lines = told.LinesOf(EntryKind.Spend, EntryKind.Settle),
            Owed = owed,
            EntryNumber = told.Seq ?? 0,
            Available = told.Available ?? 0,
            CrossedLowWatermark = answer.Crossed,
        };
    }

    public static HoldResult Hold(LedgerRequest request, in LedgerAnswer answer) => Expect(request, answer).Status switch
    {
        LedgerStatus.Insufficient => new(HoldOutcome.Insufficient) { Spendable = answer.Figure, Missing = request.Amount!.Value - answer.Figure },
        LedgerStatus.InDebt => new(HoldOutcome.InDebt),
        LedgerStatus.Conflict => new(HoldOutcome.Conflict),
        LedgerStatus.Applied or LedgerStatus.Replayed => new(answer.Status == LedgerStatus.Applied ? HoldOutcome.Held : HoldOutcome.Replayed)
        {
            Lines = answer.Told!.LinesOf(EntryKind.Hold),
            ExpiresAt = answer.Told.Expires,
            EntryNumber = answer.Told.Seq ?? 0,
            Available = answer.Told.Available ?? 0,
            CrossedLowWatermark = answer.Crossed,
        },
        _ => throw Unexpected(request, answer),
    };

    public static SettleResult Settle(LedgerRequest request, in LedgerAnswer answer)
    {
        var told = Expect(request, answer).Told;
        var owed = told?.Sum(ofLots: false, EntryKind.Spend) ?? 0;
        return new(answer.Status switch
        {
            LedgerStatus.Applied => SettleOutcome.Settled,
            LedgerStatus.Replayed => SettleOutcome.Replayed,
            LedgerStatus.Conflict => SettleOutcome.Conflict,
            LedgerStatus.NotFound => SettleOutcome.NotFound,
            LedgerStatus.AlreadySettled => SettleOutcome.AlreadySettled,
            LedgerStatus.AlreadyReleased => SettleOutcome.AlreadyReleased,
            LedgerStatus.HoldExpired => SettleOutcome.HoldExpired,
            LedgerStatus.Exceeds => SettleOutcome.OverHold,
            LedgerStatus.Insufficient => SettleOutcome.Insufficient,
            _ => throw Unexpected(request, answer),
        })
        {
            Amount = owed + (told?.Sum(ofLots: true, EntryKind.Spend, EntryKind.Settle) ?? 0),
            Lines = told?.LinesOf(EntryKind.Settle, EntryKind.Spend) ?? [],
            Owed = owed,
            Released = told?.Sum(ofLots: true, EntryKind.Release) ?? 0,
            Spendable = answer.Status is LedgerStatus.Exceeds or LedgerStatus.Insufficient ? answer.Figure : 0,
            HeldAtFirst = told?.Held ?? 0,
            SettledInAll = told?.Settled ?? 0,
            EndedAt = told?.Ended,
            EntryNumber = told?.Seq ?? 0,
            Available = told?.Available ?? 0,
        };
    }

    public static ReleaseResult Release(LedgerRequest request, in LedgerAnswer answer) => new(End(request, answer))
    {
        Released = answer.Told?.Sum(ofLots: true, EntryKind.Release) ?? 0,
        HeldAtFirst = answer.Told?.Held ?? 0,
        SettledInAll = answer.Told?.Settled ?? 0,
        EndedAt = answer.Told?.Ended,
    };

    public static ExtendResult Extend(LedgerRequest request, in LedgerAnswer answer) => new(End(request, answer)) { ExpiresAt = answer.Told?.Expires };

    public static RefundResult Refund(LedgerRequest request, in LedgerAnswer answer)
    {
        var told = Expect(request, answer).Told;
        var cleared = told?.Sum(ofLots: false, EntryKind.Refund) ?? 0;
        return new(answer.Status switch
        {
            LedgerStatus.Applied => RefundOutcome.Refunded,
            LedgerStatus.Replayed => RefundOutcome.Replayed,
            LedgerStatus.Conflict => RefundOutcome.Conflict,
            LedgerStatus.NotFound => RefundOutcome.NotFound,
            LedgerStatus.Exceeds => RefundOutcome.ExceedsSpend,
            _ => throw Unexpected(request, answer),
        })
        {
            Amount = cleared + (told?.Sum(ofLots: true, EntryKind.Refund, EntryKind.Restore) ?? 0),
            Lines = told is null ? [] : ReturnedLines(told),
            Forfeited = told?.Sum(ofLots: true, EntryKind.Expire) ?? 0,
            DebtCleared = cleared,
            Refundable = answer.Status == LedgerStatus.Exceeds ? answer.Figure : 0,
            EntryNumber = told?.Seq ?? 0,
            Available = told?.Available ?? 0,
        };
    }

    public static RevokeResult Revoke(LedgerRequest request, in LedgerAnswer answer)
    {
        var told = Expect(request, answer).Told;
        var taken = told?.Sum(ofLots: true, EntryKind.Revoke) ?? 0;
        return new(answer.Status switch
        {
            LedgerStatus.Applied => RevokeOutcome.Revoked,
            LedgerStatus.Replayed => RevokeOutcome.Replayed,
            LedgerStatus.Conflict => RevokeOutcome.Conflict,
            LedgerStatus.NotFound => RevokeOutcome.NotFound,
            LedgerStatus.Exceeds => RevokeOutcome.ExceedsGrant,
            _ => throw Unexpected(request, answer),
        })
        {
            Taken = taken,
            Shortfall = (told?.Asked ?? taken) - taken,
            Revocable = answer.Status == LedgerStatus.Exceeds ? answer.Figure : 0,
            EntryNumber = told?.Seq ?? 0,
            Available = told?.Available ?? 0,
        };
    }

    public static ReloadResult Reload(LedgerRequest request, in LedgerAnswer answer) => Expect(request, answer).Status switch
    {
        LedgerStatus.Applied => new(ReloadOutcome.Started, answer.Told!.Until),
        LedgerStatus.InProgress => new(ReloadOutcome.InProgress, answer.Told!.Until),
        LedgerStatus.Replayed => new(ReloadOutcome.AlreadyGranted),
        _ => throw Unexpected(request, answer),
    };

    /// <summary>Where refunded credits are: in the lots that they came from, or in the successors of those.</summary>
    private static CreditLine[] ReturnedLines(LedgerTold told)
    {
        var moved = told.LinesOf(EntryKind.Move, EntryKind.Expire).Select(static line => line.Lot).ToHashSet();
        return [.. told.LinesOf(EntryKind.Refund, EntryKind.Restore, EntryKind.Receive).Where(line => !moved.Contains(line.Lot))];
    }

    private static HoldEnd End(LedgerRequest request, in LedgerAnswer answer) => Expect(request, answer).Status switch
    {
        LedgerStatus.Applied => HoldEnd.Done,
        LedgerStatus.NotFound => HoldEnd.NotFound,
        LedgerStatus.AlreadySettled => HoldEnd.AlreadySettled,
        LedgerStatus.AlreadyReleased => HoldEnd.AlreadyReleased,
        LedgerStatus.HoldExpired => HoldEnd.HoldExpired,
        _ => throw Unexpected(request, answer),
    };

    private static LedgerAnswer Expect(LedgerRequest request, in LedgerAnswer answer)
    {
        Telemetry.Count(request.Kind, answer.Status);
        return answer.Status != LedgerStatus.OutOfRange
            ? answer
            : throw new ArgumentOutOfRangeException(nameof(request), request.Amount, $"A figure of account ({request.Account.Tenant}, {request.Account.Asset}) would pass the range of a 64-bit integer. Nothing was changed.");
    }

    private static InvalidOperationException Unexpected(LedgerRequest request, in LedgerAnswer answer) =>
        new($"The database answered {answer.Status} to an operation of kind {request.Kind}. Are the schema scripts of another version of the package installed?");
}
