namespace Patterns.AuditLog;

/// <summary>Compares the heads that anchors keep with the runs.</summary>
internal sealed class AnchorCheck(RunCheck runs, Findings findings)
{
    /// <summary>Compares one head with the run of its number, if there is one.</summary>
    public void Compare(RunHead kept, RunHead? own)
    {
        if (!runs.IsSigned(kept))
            Add(kept, "An anchor keeps a head for this run that no known key has signed.");
        else if (own is not null && kept.Hash().AsSpan().SequenceEqual(own.Hash()))
            return;
        // After a new epoch was begun openly, its runs have numbers that the lost ones had.
        else if (!runs.Epochs.Any(epoch => epoch.RunNo <= kept.RunNo && epoch.SealedAt >= kept.SealedAt))
            Add(kept, own is null ? $"An anchor keeps the head of run {kept.RunNo}; the log has none of that number." : "An anchor keeps another head for this run: the log was rewritten from here or before.");
    }

    private void Add(RunHead kept, string detail) => findings.Add(new VerifyFinding(FindingKind.AnchorMismatch, detail) { RunNo = kept.RunNo });
}
