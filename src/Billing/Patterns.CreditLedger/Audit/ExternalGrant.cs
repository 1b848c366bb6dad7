namespace Patterns.CreditLedger;

/// <summary>A grant as another system has it, for example the credits of a paid invoice.</summary>
/// <param name="Reference">What a grant names in <see cref="Grant.Reference"/>, or, if it names nothing there, its key. 1 to 200 characters.</param>
/// <param name="Amount">The credits, 1 to 10^15.</param>
/// <param name="Pool">The pool, 1 to 200 characters.</param>
public sealed record ExternalGrant(string Reference, long Amount, string Pool);
