using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Patterns.AuditLog;

/// <summary>Follows the chain of runs: numbers, hashes, signatures, and the heads that anchors keep.</summary>
/// <param name="keys">The known keys.</param>
/// <param name="findings">Where findings go.</param>
/// <param name="firstRun">The number that the first one has.</param>
/// <param name="oneTenant">Whether only one tenant's seals are at hand.</param>
/// <param name="sparse">Whether runs may be left out.</param>
internal sealed class RunCheck(IReadOnlyDictionary<string, ECDsa> keys, Findings findings, long firstRun, bool oneTenant, bool sparse)
{
    private readonly HashSet<ClassMonth> _dropped = [];
    private byte[] _previousHash = AuditHash.Nothing;
    private bool _previousTrusted = firstRun == 1;
    private long _expected = firstRun;

    public bool OneTenant => oneTenant;

    public long Count { get; private set; }

    /// <summary>The last one whose signature is good.</summary>
    public RunHead? Last { get; private set; }

    /// <summary>Those in which a new epoch was begun.</summary>
    public List<RunHead> Epochs { get; } = [];

    /// <summary>Notes a signed record that a month was dropped; it may come before the run that it is.</summary>
    public void Dropped(RunHead head)
    {
        if (head.Kind != RunKind.Drop || head.Note is null || !IsSigned(head))
            return;
        if (JsonSerializer.Deserialize(head.Note, AuditJson.Default.DropRecord) is { } drop)
            _dropped.Add(new ClassMonth(drop.RetentionClass, DateTimeOffset.ParseExact(drop.Month, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)));
    }

    public bool IsDropped(SealRecord seal) => _dropped.Contains(new ClassMonth(seal.RetentionClass, seal.Month));

    /// <summary>Follows one run; tells whether its signature is good.</summary>
    public bool Next(StoredRun run)
    {
        var head = run.Head;
        Count++;
        var follows = head.RunNo == _expected;
        if (head.RunNo > _expected && !sparse)
        {
            findings.Add(new VerifyFinding(FindingKind.BrokenLink, head.RunNo == _expected + 1 ? $"Run {_expected} is gone." : $"Runs {_expected} to {head.RunNo - 1} are gone.")
            {
                RunNo = _expected,
                Count = head.RunNo - _expected,
            });
        }
        else if (head.RunNo < _expected)
        {
            Add(FindingKind.BrokenLink, head.RunNo, $"Run {head.RunNo} comes where run {_expected} belongs.");
        }

        var hash = head.Hash();
        var trusted = IsSigned(head);
        if (!trusted)
            Add(FindingKind.BadSignature, head.RunNo, keys.ContainsKey(head.KeyId) ? $"The signature is not one of key '{head.KeyId}' over what the run says." : $"The run names the key '{head.KeyId}', which is not known.");
        else if (!hash.AsSpan().SequenceEqual(run.Hash))
            Add(FindingKind.BrokenLink, head.RunNo, "The run does not give the hash that stands beside it.");

        if (trusted && _previousTrusted && follows && !head.Previous.AsSpan().SequenceEqual(_previousHash))
            Add(FindingKind.BrokenLink, head.RunNo, "The run does not name the hash of the run before it.");

        _expected = head.RunNo + 1;
        _previousHash = hash;
        _previousTrusted = trusted;
        if (trusted)
            Last = head;
        if (trusted && head.Kind == RunKind.Epoch)
            Epochs.Add(head);
        return trusted;
    }

    /// <summary>Whether a known key signed the head.</summary>
    public bool IsSigned(RunHead head)
    {
        try
        {
            // A kind is one byte in what is signed, and two in its column.
            return head.Kind is >= RunKind.Seals and <= RunKind.Drop && keys.TryGetValue(head.KeyId, out var key) && key.VerifyHash(head.Hash(), head.Signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false; // a signature that is not one
        }
    }

    private void Add(FindingKind kind, long runNo, string detail) => findings.Add(new VerifyFinding(kind, detail) { RunNo = runNo });
}
