namespace Patterns.RlsTesting;

/// <summary>A view that the application may read.</summary>
internal sealed record ViewShape(string Schema, string Name, bool HasTenantColumn)
{
    public string Display => $"{Schema}.{Name}";

    public string Sql => $"{SqlText.Identifier(Schema)}.{SqlText.Identifier(Name)}";
}
