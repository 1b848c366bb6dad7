namespace Patterns.Stripe.Wire;

/// <summary>How a value is written into a form.</summary>
internal enum FormKind
{
    Text,
    Flag,
    Long,
    Int,
    Decimal,
    Instant,
    Optional,
    Map,
    List,
    Nested,
}
