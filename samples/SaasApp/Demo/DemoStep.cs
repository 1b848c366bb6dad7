namespace SaasApp;

/// <summary>A part of the story that the demonstration tells.</summary>
/// <param name="Title">What was tried.</param>
/// <param name="Text">What came of it.</param>
/// <param name="IsRight">Whether that is what must come of it.</param>
internal sealed record DemoStep(string Title, string Text, bool IsRight);
