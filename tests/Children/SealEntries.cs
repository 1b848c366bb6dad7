using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Patterns.AuditLog;

namespace Children;

/// <summary>
/// Seals what is pending, or drops what is expired, once; the environment may have it killed on the way. Arguments: the connection string, the schema, the private key (PKCS #8, base64), and <c>seal</c>,
/// <c>drop</c> or <c>for ever</c>, which seals until it is killed and says <c>sealed</c> after each time.
/// </summary>
public static class SealEntries
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(Convert.FromBase64String(arguments[2]), out _);
        await using var services = new ServiceCollection()
            .AddPostgres(o => (o.ConnectionString, o.Schema) = (arguments[0], arguments[1])).AddAuditLog(o => o.SigningKeys.Add(new("test-1", key))).AddLogging().BuildServiceProvider();
        var integrity = services.GetRequiredService<IAuditIntegrity>();
        do
        {
            if (arguments[3] == "drop")
                await integrity.DropExpiredAsync();
            else
                await integrity.SealNowAsync();
            Console.WriteLine("sealed");
        }
        while (arguments[3] == "for ever");

        return 0;
    }
}
