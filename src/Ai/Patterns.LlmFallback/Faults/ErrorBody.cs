using System.Globalization;
using System.Text.Json;

namespace Patterns.LlmFallback;

/// <summary>
/// What a provider's error says, whichever provider it is: OpenAI's <c>error.code/type</c>, Azure's <c>innererror</c>, Anthropic's <c>error.type</c> and <c>error.details.error_code</c>, Google's
/// <c>error.status</c> and <c>error.details[]</c>. Garbage, HTML and bodies that are cut give what could be read of them, at worst nothing.
/// </summary>
internal sealed class ErrorBody
{
    /// <summary>The most that is kept and read of an error: no provider's error is longer, what is longer is a proxy's page.</summary>
    public const int Limit = 64 * 1024;

    /// <summary>Google's quota is one of days, whatever short wait it states beside it.</summary>
    public const string DailyQuota = "patterns:daily_quota";

    /// <summary>Google's quota is zero: the account has no right to the model.</summary>
    public const string NoQuota = "patterns:no_quota";

    /// <summary>Google asks to wait so long that it is no rate limit.</summary>
    public const string LongWait = "patterns:long_wait";

    /// <summary>Google did not take the prompt.</summary>
    public const string PromptBlocked = "patterns:prompt_blocked";

    private static readonly ErrorBody Nothing = new();

    // Google names a daily quota with a wait of seconds, so only a wait that is no minute's limit says something by its length.
    private static readonly TimeSpan LongestRateLimit = TimeSpan.FromMinutes(10);

    private readonly List<(int Rank, string Code)> _codes = [];

    /// <summary>The codes and types, the most exact first, and behind them the signs that are named above.</summary>
    public IReadOnlyList<string> Codes { get; private set; } = [];

    /// <summary>The provider's own word, for people: the first of <see cref="Codes"/> that is one.</summary>
    public string? Word { get; private set; }

    public string? Message { get; private set; }

    /// <summary>The HTTP status that the body names; the only one there is within a stream that began with 200.</summary>
    public int? Status { get; private set; }

    public string? RequestId { get; private set; }

    public TimeSpan? RetryDelay { get; private set; }

    /// <summary>Whether the body is one of an error at all.</summary>
    public bool IsError => Codes.Count > 0 || Status is not null;

    public static ErrorBody Read(ReadOnlySpan<byte> body)
    {
        var start = body.IndexOfAnyExcept(" \t\r\n\uFEFF"u8);
        if (start < 0 || body[start] is not ((byte)'{' or (byte)'['))
            return Nothing;

        var error = new ErrorBody();
        var json = body[start..Math.Min(body.Length, start + Limit)];
        try
        {
            error.Walk(json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A body that is cut or broken: what came before the break counts.
        }
        error.Settle();
        return error;
    }

    private void Walk(ReadOnlySpan<byte> json)
    {
        // Not the final block: a cut body ends the walk instead of throwing.
        var reader = new Utf8JsonReader(json, isFinalBlock: false, default);
        var names = new string?[66];
        while (reader.Read())
        {
            var depth = reader.CurrentDepth;
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    names[depth] = reader.GetString();
                    break;
                case JsonTokenType.StartArray:
                    names[depth + 1] = names[depth];
                    break;
                case JsonTokenType.String when names[depth] is { } name:
                    Text(name, depth < 2 ? null : names[depth - 1], reader.GetString()!);
                    break;
                case JsonTokenType.Number when reader.TryGetInt32(out var number):
                    Number(names[depth], depth < 2 ? null : names[depth - 1], number);
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray when depth == 0:
                    // Inside an exception's message more text may follow.
                    return;
            }
        }
    }

    private void Text(string name, string? parent, string value)
    {
        switch (name, parent)
        {
            case ("error_code", _):
                Code(0, value);
                break;
            case ("code", null or "error") when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number):
                Number(name, parent, number);
                break;
            case ("code", null or "error"):
                Code(1, value);
                break;
            case ("code", "innererror"):
                Code(2, value);
                break;
            case ("reason", "details"):
                Code(3, value);
                break;
            case ("type", "error"):
                Code(4, value);
                break;
            case ("type", null) when value != "error":
                Code(4, value);
                break;
            case ("status", "error"):
                Code(5, value);
                break;
            case ("error", null):
                Message ??= value;
                break;
            case ("message", null or "error"):
                Message ??= value;
                break;
            case ("request_id", null):
                RequestId ??= value;
                break;
            case ("blockReason", "promptFeedback"):
                Code(1, value);
                _codes.Add((9, PromptBlocked));
                break;
            case ("quotaId", _) when value.Contains("PerDay", StringComparison.OrdinalIgnoreCase):
                _codes.Add((9, DailyQuota));
                break;
            case ("quotaValue", _) when value == "0":
                _codes.Add((9, NoQuota));
                break;
            case ("retryDelay", _) when Waits.Seconds(value.AsSpan().TrimEnd('s')) is { } wait:
                RetryDelay = wait;
                if (wait > LongestRateLimit)
                    _codes.Add((9, LongWait));
                break;
        }
    }

    private void Number(string? name, string? parent, int value)
    {
        if (value is >= 400 and < 600 && (name, parent) is ("code" or "status", null or "error") or ("statusCode", null))
            Status ??= value;
    }

    // A word with blanks is no code but a sentence, and a sentence may quote the prompt.
    private void Code(int rank, string value)
    {
        if (value.Length is > 0 and <= 100 && !value.AsSpan().ContainsAnyExceptInRange('!', '~'))
            _codes.Add((rank, value));
    }

    private void Settle()
    {
        if (Message is { } message && StatesNoQuota(message))
            _codes.Add((9, NoQuota));
        Codes = [.. _codes.OrderBy(static c => c.Rank).Select(static c => c.Code)];
        Word = _codes.Where(static c => c.Rank < 9).OrderBy(static c => c.Rank).FirstOrDefault().Code;
    }

    // Google says it only so: "Quota exceeded for metric: ..., limit: 0, model: ...".
    private static bool StatesNoQuota(string message)
    {
        const string limit = "limit: 0";
        var at = message.IndexOf(limit, StringComparison.OrdinalIgnoreCase);
        return at >= 0 && (at + limit.Length == message.Length || message[at + limit.Length] is ',' or ' ' or '\n' or ';');
    }
}
