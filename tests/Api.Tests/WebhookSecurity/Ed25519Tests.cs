using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Options;
using Patterns.WebhookSecurity;

namespace Api.Tests.WebhookSecurity;

public sealed class Ed25519Tests(Peers peers)
{
    // The keys of RFC 8032, section 7.1, tests 1 to 3.
    private const string Seed1 = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    private const string Seed2 = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
    private const string Seed3 = "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7";
    private const string Body = """{"type":"order.paid"}""";

    [Theory]
    [InlineData("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "", "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72", "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82", "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    public void The_delegate_that_these_tests_use_is_a_real_one(string publicKey, string message, string signature)
    {
        var (key, text, bytes) = (Convert.FromHexString(publicKey), Convert.FromHexString(message), Convert.FromHexString(signature));

        OpenSsl.Verify(key, text, bytes).Should().BeTrue();
        bytes[0] ^= 1;
        OpenSsl.Verify(key, text, bytes).Should().BeFalse();
    }

    [Theory]
    [InlineData(Seed1)]
    [InlineData(Seed2)]
    [InlineData(Seed3)]
    [Guarantee("WebhookSecurity", 1)]
    public async Task A_v1a_signature_of_Node_s_crypto_is_accepted_and_no_bit_of_it_can_be_flipped(string seed)
    {
        using var it = Make((string)(await peers.CallAsync("ed25519.publicKey", new { seed }))!);
        var signature = await peers.SignAsync("ed25519.sign", new { seed, message = $"msg_1.{it.Now}.{Body}" });

        (await OutcomeAsync(it, "v1a," + signature)).Should().Be(WebhookOutcome.Valid);
        (await OutcomeAsync(it, $"v1,{signature} v1a,AAAA v1a, v1a,{signature}")).Should().Be(WebhookOutcome.Valid);
        (await OutcomeAsync(it, "v1," + signature)).Should().Be(WebhookOutcome.BadSignature);
        for (var bit = 0; bit < signature.Length * 8; bit++)
        {
            var flipped = Encoding.ASCII.GetBytes(signature);
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            (await OutcomeAsync(it, "v1a," + Encoding.Latin1.GetString(flipped))).Should().NotBe(WebhookOutcome.Valid, "bit {0} was flipped", bit);
        }
    }

    [Fact]
    [Guarantee("WebhookSecurity", 9)]
    public async Task A_public_key_without_a_verifier_fails_at_start_and_names_the_option()
    {
        var publicKey = (string)(await peers.CallAsync("ed25519.publicKey", new { seed = Seed1 }))!;
        using var it = new Verification(WebhookScheme.StandardWebhooks, "whpk_" + publicKey);

        it.Invoking(x => x.Verifier).Should().Throw<OptionsValidationException>().WithMessage("*AddSource(\"it\")*key 'key'*WebhookSecurityOptions.Ed25519Verifier*");
    }

    [Fact]
    public async Task A_public_key_does_not_sign()
    {
        var publicKey = (string)(await peers.CallAsync("ed25519.publicKey", new { seed = Seed1 }))!;
        using var it = new Verification(o =>
        {
            o.Ed25519Verifier = OpenSsl.Verify;
            o.AddSource("it", WebhookScheme.StandardWebhooks, keys => keys.Add("public", "whpk_" + publicKey));
        });

        it.Invoking(x => x.Sign(Body, "msg_1")).Should().Throw<InvalidOperationException>().WithMessage("*can sign*");
    }

    private static Verification Make(string publicKey) => new(o =>
    {
        o.Ed25519Verifier = OpenSsl.Verify;
        o.AddSource("it", WebhookScheme.StandardWebhooks, keys => keys.Add("secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").Add("public", "whpk_" + publicKey));
    });

    private static async Task<WebhookOutcome> OutcomeAsync(Verification it, string signature)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["webhook-id"] = "msg_1", ["webhook-timestamp"] = $"{it.Now}", ["webhook-signature"] = signature };
        return (await it.VerifyAsync(headers, Body)).Outcome;
    }

    /// <summary>The machine's own OpenSSL, which the framework needs anyway.</summary>
    private static class OpenSsl
    {
        private const string Library = "libcrypto.so.3";
        private const int Ed25519 = 1087;

        public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
        {
            var key = NewKey(Ed25519, 0, publicKey.ToArray(), (nuint)publicKey.Length);
            var context = NewContext();
            try
            {
                return key != 0 && Start(context, 0, 0, 0, key) == 1 && Verify(context, signature.ToArray(), (nuint)signature.Length, message.ToArray(), (nuint)message.Length) == 1;
            }
            finally
            {
                FreeContext(context);
                FreeKey(key);
            }
        }

        [DllImport(Library, EntryPoint = "EVP_PKEY_new_raw_public_key")]
        private static extern nint NewKey(int type, nint engine, byte[] key, nuint length);

        [DllImport(Library, EntryPoint = "EVP_PKEY_free")]
        private static extern void FreeKey(nint key);

        [DllImport(Library, EntryPoint = "EVP_MD_CTX_new")]
        private static extern nint NewContext();

        [DllImport(Library, EntryPoint = "EVP_MD_CTX_free")]
        private static extern void FreeContext(nint context);

        [DllImport(Library, EntryPoint = "EVP_DigestVerifyInit")]
        private static extern int Start(nint context, nint keyContext, nint digest, nint engine, nint key);

        [DllImport(Library, EntryPoint = "EVP_DigestVerify")]
        private static extern int Verify(nint context, byte[] signature, nuint signatureLength, byte[] message, nuint messageLength);
    }
}
