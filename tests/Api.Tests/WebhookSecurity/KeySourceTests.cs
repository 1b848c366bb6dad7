using Microsoft.Extensions.DependencyInjection;
using Patterns.WebhookSecurity;

namespace Api.Tests.WebhookSecurity;

public sealed class KeySourceTests
{
    private const string Old = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string New = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    private const string Body = """{"id":"evt_1"}""";
    private static readonly IReadOnlyDictionary<string, string> SignedWithOld = SignWith(Old);
    private static readonly IReadOnlyDictionary<string, string> SignedWithNew = SignWith(New);
    private const int StandIn = 2;
    private const int Failed = 3;

    [Fact]
    [Guarantee("WebhookSecurity", 7)]
    public async Task Each_scope_is_verified_with_its_own_keys()
    {
        var (store, it) = Make(("acme", Old), ("globex", New));
        using var _ = it;

        var acme = await VerifyAsync(it, Old, "acme");
        var crossed = await VerifyAsync(it, Old, "globex");
        var nobody = await VerifyAsync(it, Old, "initech");
        var withoutScope = await VerifyAsync(it, Old, scope: null);

        (acme.Webhook!.Scope, acme.Webhook.KeyId).Should().Be(("acme", "acme-key"));
        new[] { crossed.Outcome, nobody.Outcome, withoutScope.Outcome }.Should().AllBeEquivalentTo(WebhookOutcome.BadSignature);
        store.Calls.Should().Be(4);
    }

    [Fact]
    [Guarantee("WebhookSecurity", 7)]
    public async Task An_answer_is_kept_for_60_seconds_and_an_empty_one_for_5()
    {
        var (store, it) = Make(("acme", Old));
        using var _ = it;
        for (var i = 0; i < 3; i++) await VerifyAsync(it, Old, "acme");
        for (var i = 0; i < 3; i++) await VerifyAsync(it, Old, "initech");
        store.Calls.Should().Be(2);

        it.Time.Advance(TimeSpan.FromSeconds(5));
        await VerifyAsync(it, Old, "initech");
        store.Calls.Should().Be(3, "the empty answer has ended");
        it.Time.Advance(TimeSpan.FromSeconds(54.9));
        await VerifyAsync(it, Old, "acme");
        store.Calls.Should().Be(3, "the answer is 59.9 seconds old");
        it.Time.Advance(TimeSpan.FromSeconds(0.1));
        await VerifyAsync(it, Old, "acme");
        store.Calls.Should().Be(4);
    }

    [Fact]
    [Guarantee("WebhookSecurity", 7)]
    public async Task A_bad_signature_against_an_answer_older_than_5_seconds_looks_once_more()
    {
        var (store, it) = Make(("acme", Old));
        using var _ = it;
        await VerifyAsync(it, Old, "acme");
        store.Put("acme", new WebhookKey("rotated", New));

        (await VerifyAsync(it, New, "acme")).Outcome.Should().Be(WebhookOutcome.BadSignature, "the answer is too young to be doubted");
        it.Time.Advance(TimeSpan.FromSeconds(5.1));
        (await VerifyAsync(it, New, "acme")).Webhook!.KeyId.Should().Be("rotated");
        store.Calls.Should().Be(2);
    }

    [Fact]
    [Guarantee("WebhookSecurity", 7)]
    public async Task Forged_requests_reach_the_secret_store_at_most_once_a_second()
    {
        var (store, it) = Make(("acme", Old));
        using var _ = it;
        await VerifyAsync(it, Old, "acme");
        it.Time.Advance(TimeSpan.FromSeconds(6));
        store.Before = _ => throw new InvalidOperationException("The store is down.");

        for (var tenth = 0; tenth < 30; tenth++)
        {
            (await VerifyAsync(it, New, "acme")).Outcome.Should().Be(WebhookOutcome.BadSignature);
            it.Time.Advance(TimeSpan.FromMilliseconds(100));
        }

        store.Calls.Should().Be(1 + 3);
    }

    [Fact]
    public async Task A_store_that_fails_gives_503_or_the_answer_of_up_to_an_hour_ago()
    {
        var (store, it) = Make(("acme", Old));
        using var _ = it;
        await VerifyAsync(it, Old, "acme");
        store.Before = _ => throw new InvalidOperationException("The store is down.");

        (await VerifyAsync(it, Old, "globex")).Outcome.Should().Be(WebhookOutcome.KeysUnavailable);
        it.Logs.Count(Failed).Should().Be(1);
        it.Time.Advance(TimeSpan.FromMinutes(59));
        (await VerifyAsync(it, Old, "acme")).Outcome.Should().Be(WebhookOutcome.Valid);
        it.Logs.Count(StandIn).Should().Be(1);
        it.Time.Advance(TimeSpan.FromMinutes(1));
        (await VerifyAsync(it, Old, "acme")).Outcome.Should().Be(WebhookOutcome.KeysUnavailable);
        store.Before = _ => Task.CompletedTask;
        it.Time.Advance(TimeSpan.FromSeconds(1));
        (await VerifyAsync(it, Old, "acme")).Outcome.Should().Be(WebhookOutcome.Valid);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_store_that_hangs_is_given_up_after_the_key_timeout(bool listensToItsToken)
    {
        var (store, it) = Make(("acme", Old));
        using var _ = it;
        var never = new TaskCompletionSource();
        store.Before = ct => listensToItsToken ? never.Task.WaitAsync(ct) : never.Task;

        var waiting = VerifyAsync(it, Old, "acme");
        await store.AskedAsync();
        waiting.IsCompleted.Should().BeFalse();
        it.Time.Advance(TimeSpan.FromSeconds(2));

        (await waiting).Outcome.Should().Be(WebhookOutcome.KeysUnavailable);
    }

    [Fact]
    public async Task A_caller_that_leaves_does_not_spoil_the_look_up_for_the_others()
    {
        var (store, it) = Make(("acme", Old));
        using var _ = it;
        var release = new TaskCompletionSource();
        store.Before = _ => release.Task;
        using var gone = new CancellationTokenSource();
        using var sender = new Verification(WebhookScheme.GitHub, Old);
        var headers = new Microsoft.AspNetCore.Http.HeaderDictionary { ["X-Hub-Signature-256"] = sender.Sign(Body)["X-Hub-Signature-256"] };
        var leaving = it.Verifier.VerifyAsync("it", new WebhookRequest(headers, System.Text.Encoding.UTF8.GetBytes(Body)), "acme", gone.Token).AsTask();
        await store.AskedAsync();
        var staying = VerifyAsync(it, Old, "acme");

        await gone.CancelAsync();
        release.SetResult();

        await leaving.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
        (await staying).Outcome.Should().Be(WebhookOutcome.Valid);
        store.Calls.Should().Be(1);
    }

    [Fact]
    public async Task Keys_that_are_refused_count_as_a_failure_and_are_named_without_their_secret()
    {
        var (store, it) = Make();
        using var _ = it;
        store.Put("acme", new WebhookKey("short", "0123456789"));
        store.Put("globex", [.. Enumerable.Range(0, 9).Select(i => new WebhookKey($"key{i}", Old))]);

        (await VerifyAsync(it, Old, "acme")).Outcome.Should().Be(WebhookOutcome.KeysUnavailable);
        (await VerifyAsync(it, Old, "globex")).Outcome.Should().Be(WebhookOutcome.KeysUnavailable);

        it.Logs.Entries.Should().Contain(entry => entry.Text.Contains("'short'", StringComparison.Ordinal) && entry.Text.Contains("AllowShortSecrets", StringComparison.Ordinal));
        it.Logs.Entries.Should().Contain(entry => entry.Text.Contains("9 keys", StringComparison.Ordinal));
        it.Logs.Entries.Should().NotContain(entry => entry.Text.Contains("0123456789", StringComparison.Ordinal));
    }

    [Fact]
    [Guarantee("WebhookSecurity", 7)]
    public async Task Invented_scopes_do_not_push_out_those_that_have_keys()
    {
        var (store, it) = Make(("acme", Old));
        using var _ = it;
        await VerifyAsync(it, Old, "acme");
        for (var i = 0; i < 10_500; i++)
        {
            it.Time.Advance(TimeSpan.FromTicks(1));
            await VerifyAsync(it, New, $"invented-{i}");
        }
        var calls = store.Calls;

        (await VerifyAsync(it, Old, "acme")).Outcome.Should().Be(WebhookOutcome.Valid);
        store.Calls.Should().Be(calls);
        await VerifyAsync(it, New, "invented-0");
        store.Calls.Should().Be(calls + 1, "the cache is bounded");
    }

    [Fact]
    public async Task A_scope_can_be_signed_for()
    {
        var (_, it) = Make(("acme", Old));
        using var disposed = it;

        var headers = await it.Signer.SignAsync("it", "1", it.Time.GetUtcNow(), System.Text.Encoding.UTF8.GetBytes(Body), scope: "acme", ct: TestContext.Current.CancellationToken);

        (await it.VerifyAsync(headers, Body, scope: "acme")).Outcome.Should().Be(WebhookOutcome.Valid);
        it.Invoking(x => x.Sign(Body)).Should().Throw<InvalidOperationException>().WithMessage("*SignAsync*");
    }

    private static (KeyStore Store, Verification It) Make(params (string Scope, string Secret)[] keys)
    {
        var store = new KeyStore();
        foreach (var (scope, secret) in keys) store.Put(scope, new WebhookKey(scope + "-key", secret));
        return (store, new Verification(o => o.AddSource("it", WebhookScheme.GitHub, keysFrom: typeof(KeyStore)), services => services.AddSingleton(store)));
    }

    private static Task<WebhookVerification> VerifyAsync(Verification it, string secret, string? scope) =>
        it.VerifyAsync(secret == Old ? SignedWithOld : SignedWithNew, Body, scope: scope);

    private static IReadOnlyDictionary<string, string> SignWith(string secret)
    {
        using var sender = new Verification(WebhookScheme.GitHub, secret);
        return sender.Sign(Body);
    }
}
