using System.Text;

namespace Patterns.WebhookDedup;

/// <summary>Texts about failures as PostgreSQL takes them: no NUL, no half of a surrogate pair, 2,000 characters.</summary>
internal static class ErrorText
{
    private const int Limit = 2_000;

    public static string Of(Exception failure) => Of($"{failure.GetType()}: {failure.Message}");

    public static string Of(string text)
    {
        var clean = text.Replace('\0', ' ');
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(clean.Length > Limit ? clean[..Limit] : clean));
    }
}
