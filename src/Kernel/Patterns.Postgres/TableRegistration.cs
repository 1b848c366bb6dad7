namespace Patterns.Postgres;

/// <summary>How a table of the family is looked after, made when it is first needed: packages decide it by their options.</summary>
/// <typeparam name="T">What describes the table.</typeparam>
/// <param name="Table">The table.</param>
/// <param name="Make">Makes the description.</param>
/// <param name="Known">The description, where it was given at once.</param>
internal sealed record TableRegistration<T>(string Table, Func<IServiceProvider, T> Make, T? Known = default);
