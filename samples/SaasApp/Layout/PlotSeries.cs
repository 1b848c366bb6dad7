namespace SaasApp;

/// <summary>One line of a plot.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Style">Its class in the style sheet.</param>
/// <param name="Points">Its points from left to right.</param>
public sealed record PlotSeries(string Name, string Style, IReadOnlyList<(double X, double Y)> Points);
