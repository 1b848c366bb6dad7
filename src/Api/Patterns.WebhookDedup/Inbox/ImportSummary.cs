namespace Patterns.WebhookDedup;

/// <summary>What became of imported events.</summary>
/// <param name="New">Stored now.</param>
/// <param name="Duplicates">Known already.</param>
/// <param name="InFlight">Neither: somebody else was at work on them. Import them again.</param>
/// <param name="PayloadMismatches">Known with another payload, and refused.</param>
public sealed record ImportSummary(int New, int Duplicates, int InFlight, int PayloadMismatches);
