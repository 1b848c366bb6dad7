namespace Patterns.WebhookDedup;

/// <summary>The states as the table says them.</summary>
internal static class StateNames
{
    private static readonly string[] Names = ["pending", "leased", "done", "ignored", "superseded", "dead"];

    public static string Of(WebhookState state) => Names[(int)state];

    public static WebhookState Parse(string name) => (WebhookState)Array.IndexOf(Names, name);
}
