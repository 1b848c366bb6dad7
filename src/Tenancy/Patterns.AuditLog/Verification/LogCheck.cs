namespace Patterns.AuditLog;

/// <summary>
/// Verification itself, wherever the log comes from: runs in order, the seals of each run, then the entries of each seal. Holds one small state for each tenant, and nothing for each entry
/// but those that are missing.
/// </summary>
internal sealed class LogCheck(RunCheck runs, Findings findings, bool fromTheStart, bool blameSealForItsPath)
{
    private readonly Dictionary<string, TenantChain> _tenants = new(StringComparer.Ordinal);
    private readonly Dictionary<long, SuspectRun> _suspects = [];
    private readonly HashInput _input = new();

    public RunCheck Runs => runs;

    public long Seals { get; private set; }

    /// <summary>Follows the run and its seals, in the order of tenant and seal number. Tells each seal that its entries can be compared with.</summary>
    /// <param name="run">Null for seals whose run is gone.</param>
    /// <param name="seals">The seals of the run.</param>
    public IReadOnlyList<CheckedSeal> Run(StoredRun? run, IReadOnlyList<StoredSeal> seals)
    {
        var trusted = run is not null && runs.Next(run);
        Seals += seals.Count;
        var hashes = new byte[seals.Count][];
        for (var i = 0; i < seals.Count; i++)
            hashes[i] = seals[i].Record.Hash(_input);

        var suspect = trusted ? Compare(run!.Head, seals, hashes) : 0;
        var answer = new List<CheckedSeal>(seals.Count);
        for (var i = 0; i < seals.Count; i++)
            answer.Add(new CheckedSeal(seals[i].Record, Link(seals[i], hashes[i], suspect)));
        return answer;
    }

    /// <summary>Compares the last seal of a tenant with what its head says.</summary>
    public void Head(string tenantId, long sealNo, long nextSeq, byte[] hash)
    {
        if (!_tenants.TryGetValue(tenantId, out var chain))
        {
            if (!fromTheStart)
                return; // its last seal is older than what was asked for
            chain = new TenantChain();
        }

        if (sealNo > chain.SealNo)
        {
            Gone(tenantId, chain, sealNo, nextSeq);
        }
        else if (sealNo < chain.SealNo || (!chain.Accused && (nextSeq != chain.NextSeq || !hash.AsSpan().SequenceEqual(chain.Hash))))
        {
            if (sealNo == chain.SealNo && nextSeq == chain.NextSeq && Clear(chain.SuspectRun))
                Add(FindingKind.BrokenLink, tenantId, chain.SealNo, "The seal was changed: the tenant's head names another hash for it.");
            else
                Add(FindingKind.BrokenLink, tenantId, sealNo, $"The tenant's head says seal {sealNo} and next number {nextSeq}; its last seal is {chain.SealNo}, and its next number {chain.NextSeq}.");
        }

        chain.HasHead = true;
    }

    /// <summary>Reports tenants whose head is gone.</summary>
    public void AllHeads()
    {
        foreach (var (tenantId, chain) in _tenants.Where(static pair => !pair.Value.HasHead))
            Add(FindingKind.BrokenLink, tenantId, chain.SealNo, "The tenant's head is gone.");
    }

    /// <summary>Reports runs whose seals do not lead to their root where no seal could be named.</summary>
    public void Finish()
    {
        foreach (var (runNo, run) in _suspects.Where(static pair => !pair.Value.Explained))
            findings.Add(new VerifyFinding(FindingKind.BrokenLink, $"The {run.Found} seals of run {runNo} do not lead to its signed root over {run.Signed}.") { RunNo = runNo });
    }

    /// <summary>The run's number where its seals, taken together, are not those that were signed.</summary>
    private long Compare(RunHead head, IReadOnlyList<StoredSeal> seals, byte[][] hashes)
    {
        var good = true;
        if (seals.Any(static seal => seal.Path is not null))
        {
            for (var i = 0; i < seals.Count; i++)
            {
                if (seals[i].Path is { } path && MerkleTree.RootOf(hashes[i], path.Index, head.Seals, path.Siblings) is { } root && root.AsSpan().SequenceEqual(head.Root))
                    continue;
                good = false;
                if (blameSealForItsPath)
                    Add(FindingKind.BrokenLink, seals[i].Record.TenantId, seals[i].Record.SealNo, "The seal does not lead to the signed root of its run.", head.RunNo);
            }

            if (blameSealForItsPath)
                return 0;
        }
        else if (!runs.OneTenant)
        {
            var all = new byte[hashes.Length * MerkleTree.HashLength];
            for (var i = 0; i < hashes.Length; i++)
                hashes[i].CopyTo(all, i * MerkleTree.HashLength);
            good = seals.Count == head.Seals && MerkleTree.Root(all).AsSpan().SequenceEqual(head.Root);
        }

        if (good)
            return 0;
        _suspects[head.RunNo] = new SuspectRun(head.Seals, seals.Count);
        return head.RunNo;
    }

    private bool Link(StoredSeal stored, byte[] hash, long suspectRun)
    {
        var seal = stored.Record;
        var known = _tenants.TryGetValue(seal.TenantId, out var chain);
        if (!known)
            _tenants[seal.TenantId] = chain = new TenantChain { TakenAtItsWord = !fromTheStart };
        var accused = false;
        if (!hash.AsSpan().SequenceEqual(stored.Hash))
        {
            Add(FindingKind.BrokenLink, seal.TenantId, seal.SealNo, "The seal was changed: it does not give the hash that stands beside it.", seal.RunNo);
            accused = true;
            Clear(suspectRun);
        }

        if (!chain!.TakenAtItsWord)
            accused |= Follow(seal, chain, accused);

        chain.TakenAtItsWord = false;
        chain.SealNo = Math.Max(seal.SealNo, chain.SealNo);
        chain.NextSeq = seal.FirstSeq + seal.Count;
        chain.Hash = accused ? stored.Hash : hash;
        chain.Accused = accused;
        chain.SuspectRun = suspectRun;
        return accused || suspectRun != 0;
    }

    private bool Follow(SealRecord seal, TenantChain chain, bool accused)
    {
        if (seal.SealNo > chain.SealNo + 1)
        {
            Gone(seal.TenantId, chain, seal.SealNo - 1, seal.FirstSeq);
            return false;
        }

        if (accused || chain.Accused)
            return false;
        if (seal.SealNo <= chain.SealNo)
        {
            Add(FindingKind.BrokenLink, seal.TenantId, seal.SealNo, $"Seal {seal.SealNo} comes after seal {chain.SealNo}.", seal.RunNo);
            return true;
        }

        if (!seal.Previous.AsSpan().SequenceEqual(chain.Hash))
        {
            if (Clear(chain.SuspectRun))
            {
                Add(FindingKind.BrokenLink, seal.TenantId, chain.SealNo, $"The seal was changed: seal {seal.SealNo} names another hash for it.");
                return false;
            }

            Add(FindingKind.BrokenLink, seal.TenantId, seal.SealNo, "The seal does not name the hash of the tenant's seal before it.", seal.RunNo);
            return true;
        }

        if (seal.FirstSeq == chain.NextSeq)
            return false;
        Add(FindingKind.BrokenLink, seal.TenantId, seal.SealNo, $"The seal begins with number {seal.FirstSeq}; the one before it ended so that {chain.NextSeq} follows.", seal.RunNo);
        return true;
    }

    // Seals of a tenant up to and with last are gone; nextSeq is the number that follows them.
    private void Gone(string tenantId, TenantChain chain, long last, long nextSeq)
    {
        var first = chain.SealNo + 1;
        var entries = Math.Max(nextSeq - chain.NextSeq, 0);
        findings.Add(new VerifyFinding(FindingKind.Missing, $"Seals {first} to {last} of the tenant are gone, and with them the numbers {chain.NextSeq} to {nextSeq - 1}.")
        {
            TenantId = tenantId,
            SealNo = first,
            SequenceNumber = chain.NextSeq,
            Count = entries,
        });

        // Which runs they were of is not known; every one that lacks a seal may be one.
        var missing = last - chain.SealNo;
        foreach (var run in _suspects.Values.Where(static run => run.Found < run.Signed))
        {
            var taken = Math.Min(missing, run.Signed - run.Found - run.Named);
            run.Named += taken;
            missing -= taken;
        }
    }

    private bool Clear(long suspectRun)
    {
        if (suspectRun == 0)
            return false;
        _suspects[suspectRun].Changed = true;
        return true;
    }

    private void Add(FindingKind kind, string tenantId, long sealNo, string detail, long? runNo = null) =>
        findings.Add(new VerifyFinding(kind, detail) { TenantId = tenantId, SealNo = sealNo, RunNo = runNo });
}
