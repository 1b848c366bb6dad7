using Microsoft.Extensions.DependencyInjection;
using Patterns.RlsTesting;

namespace Tenancy.Tests.RlsTesting.Lint;

public sealed class RegistrationTests(PostgresServer server)
{
    [Fact]
    public async Task A_host_gets_one_audit_over_its_data_source()
    {
        await using var database = await AuditedDatabase.CreateAsync(server, Gallery.Protected, "GRANT TRUNCATE ON orders TO {app};");
        await using var services = new ServiceCollection()
            .AddSingleton(database.DataSource)
            .AddRlsTesting(audit => audit.Roles(database.Role("app")))
            .AddRlsTesting(static audit => audit.Roles("another"))
            .BuildServiceProvider();

        (await services.GetRequiredService<RlsAudit>().LintAsync(TestContext.Current.CancellationToken)).Should().ContainSingle().Which.Rule.Should().Be("truncate-granted");
        services.GetServices<RlsAudit>().Should().ContainSingle();
    }

    [Fact]
    public async Task An_audit_that_nobody_told_a_role_is_refused_when_it_is_asked_for()
    {
        await using var database = await AuditedDatabase.CreateAsync(server);
        await using var services = new ServiceCollection().AddSingleton(database.DataSource).AddRlsTesting(static audit => audit.Schemas("public")).BuildServiceProvider();

        services.Invoking(static provider => provider.GetRequiredService<RlsAudit>()).Should().Throw<InvalidOperationException>().WithMessage("*Roles(...)*");
    }
}
