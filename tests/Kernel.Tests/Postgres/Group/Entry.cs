namespace Kernel.Tests.Postgres;

/// <summary>A request of the tests' group: a row of table <c>entries</c>, and what goes wrong with it.</summary>
/// <param name="Id">The row's primary key. The server answers three times it and one.</param>
public sealed record Entry(int Id)
{
    public string Key { get; init; } = "";

    public string Tenant { get; init; } = "";

    public int Size { get; init; }

    /// <summary>The SQLSTATE with which the server refuses this row; with <c>*3</c> behind it only the first three times.</summary>
    public string Fault { get; init; } = "";

    /// <summary>Must be UTC: the driver refuses any other in a timestamptz.</summary>
    public DateTime At { get; init; } = DateTime.UnixEpoch;

    public int Answer => (Id * 3) + 1;

    public static Entry[] Range(int from, int count) => [.. Enumerable.Range(from, count).Select(id => new Entry(id))];
}
