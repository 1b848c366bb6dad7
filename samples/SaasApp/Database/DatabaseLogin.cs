using Npgsql;

namespace SaasApp;

/// <summary>
/// The application connects as <c>saas_app</c>, which owns no table and is bound by every policy; only schema scripts connect as the owner. <c>ConnectionStrings:Postgres</c> is the
/// application's, <c>ConnectionStrings:Owner</c> the owner's.
/// </summary>
internal static class DatabaseLogin
{
    public const string Owner = "Owner";

    /// <summary>Where only one connection string is configured, as with a server for development, it is the owner's: makes the login and connects with it.</summary>
    public static async Task UsePlainLoginAsync(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        if (configuration.GetConnectionString("Postgres") is not { Length: > 0 } owner || configuration.GetConnectionString(Owner) is { Length: > 0 })
            return;

        await using (var source = NpgsqlDataSource.Create(owner))
        await using (var make = source.CreateCommand(Resource.Read("Database/login.sql")))
            await make.ExecuteNonQueryAsync();
        configuration[$"ConnectionStrings:{Owner}"] = owner;
        configuration["ConnectionStrings:Postgres"] = new NpgsqlConnectionStringBuilder(owner) { Username = "saas_app", Password = "for development only" }.ConnectionString;
    }
}
