using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using Patterns.Postgres;

namespace Kernel.Tests.Postgres;

public sealed class RegistrationTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_data_source_of_the_container_is_used_when_there_is_one()
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var application = new Application(connectionString: null, more: services => services.AddSingleton(source));

        application.Postgres.DataSource.Should().BeSameAs(source);
    }

    [Fact]
    public async Task Without_one_a_data_source_is_built_from_the_connection_string()
    {
        await using var application = new Application(database.ConnectionString);

        (await application.ScalarAsync<string>("SELECT current_database()")).Should().Be(new NpgsqlConnectionStringBuilder(database.ConnectionString).Database);
    }

    [Fact]
    public async Task A_start_without_either_names_both_ways_out()
    {
        using var host = Host(services => services.AddPostgres());

        var start = () => host.StartAsync(Ct);

        (await start.Should().ThrowAsync<InvalidOperationException>()).Which.Message.Should().Contain("NpgsqlDataSource").And.Contain("PostgresOptions.ConnectionString");
    }

    [Theory]
    [InlineData("Patterns")]
    [InlineData("pg_patterns")]
    [InlineData("a\"b")]
    [InlineData("patterns\n")]
    [InlineData("")]
    public async Task A_schema_name_that_PostgreSQL_would_change_is_refused_at_start(string schema)
    {
        using var host = Host(services => services.AddPostgres(o => (o.ConnectionString, o.Schema) = (database.ConnectionString, schema)));

        var start = () => host.StartAsync(Ct);

        (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Message.Should().Contain("PostgresOptions.Schema").And.Contain("^[a-z_]");
    }

    [Fact]
    public async Task Every_option_outside_its_limits_is_named()
    {
        using var host = Host(services => services.AddPostgres(o =>
        {
            o.ConnectionString = database.ConnectionString;
            o.SchemaLockWait = TimeSpan.Zero;
            o.RetryBudget = TimeSpan.FromSeconds(-1);
            o.MaintenanceInterval = TimeSpan.FromHours(2);
            o.Prepare = (PrepareMode)9;
            o.SchemaMode = (SchemaMode)9;
            o.SessionConnectionString = "not one";
            o.ResyncInterval = TimeSpan.Zero;
        }));

        var start = () => host.StartAsync(Ct);

        (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Failures.Should().HaveCount(7);
    }

    [Fact]
    public async Task Registered_twice_it_starts_once()
    {
        using var host = Host(services => services.AddPostgres(o => (o.ConnectionString, o.Schema) = (database.ConnectionString, "twice")).AddPostgres());

        await host.StartAsync(Ct);

        host.Services.GetServices<IPostgres>().Should().ContainSingle();
        (await host.Services.GetRequiredService<ISchema>().CheckAsync(Ct)).Missing.Should().BeEmpty();
        host.Services.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations.Should().ContainSingle(r => r.Name == "patterns_notifications");
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task Verify_refuses_the_start_and_changes_nothing()
    {
        using var host = Host(services => services.AddPostgres(o => (o.ConnectionString, o.Schema, o.SchemaMode) = (database.ConnectionString, "verified", SchemaMode.Verify)));

        var start = () => host.StartAsync(Ct);

        (await start.Should().ThrowAsync<SchemaException>()).Which.Message.Should().Contain("kernel/0001_kernel").And.Contain("ISchema.Print()");
        (await SchemaExistsAsync("verified")).Should().BeFalse();
        await host.Services.GetRequiredService<ISchema>().ApplyAsync(Ct);
        await host.StartAsync(Ct);
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task Off_looks_at_nothing()
    {
        using var host = Host(services => services.AddPostgres(o => (o.ConnectionString, o.Schema, o.SchemaMode) = (database.ConnectionString, "ignored", SchemaMode.Off)));

        await host.StartAsync(Ct);

        (await SchemaExistsAsync("ignored")).Should().BeFalse();
        await host.StopAsync(Ct);
    }

    [Fact]
    public void Scripts_and_partitions_are_registered_once_and_contradictions_are_refused()
    {
        var services = new ServiceCollection();
        var scripts = new ScriptAssembly(("0001_a", "SELECT 1;"));
        services.AddSchemaScripts("shop", scripts).AddSchemaScripts("shop", scripts);
        services.AddTimePartitions(new("orders", PartitionInterval.Day, TimeSpan.FromDays(30)));
        services.AddTimePartitionSet("set", _ => []);
        services.AddTimePartitions("parcels", _ => new("parcels", PartitionInterval.Day, TimeSpan.FromDays(30)));
        services.AddRememberedKeys("order_keys", _ => new("order_keys", "order_clock", TimeSpan.FromDays(30)));
        var count = services.Count;
        services.AddTimePartitions(new("orders", PartitionInterval.Day, TimeSpan.FromDays(30)));
        services.AddTimePartitionSet("set", _ => []);
        services.AddTimePartitions("parcels", _ => new("parcels", PartitionInterval.Day, TimeSpan.FromDays(30)));
        services.AddRememberedKeys("order_keys", _ => new("order_keys", "order_clock", TimeSpan.FromDays(30)));
        services.Should().HaveCount(count);

        services.Invoking(s => s.AddSchemaScripts("shop", typeof(IPostgres).Assembly)).Should().Throw<ArgumentException>().WithMessage("*'shop' already has*");
        services.Invoking(s => s.AddSchemaScripts("Shop", scripts)).Should().Throw<ArgumentException>().WithMessage("*'Shop'*must match*");
        services.Invoking(s => s.AddTimePartitions(new("orders", PartitionInterval.Hour, TimeSpan.FromDays(30)))).Should().Throw<ArgumentException>().WithMessage("*already registered*");
        services.Invoking(s => s.AddTimePartitions(new("parcels", PartitionInterval.Hour, TimeSpan.FromDays(30)))).Should().Throw<ArgumentException>().WithMessage("*already registered*factory*");
        services.Invoking(s => s.AddTimePartitions("P", _ => null!)).Should().Throw<ArgumentException>().WithMessage("*'P'*must match*");
        services.Invoking(s => s.AddRememberedKeys(new string('k', 51), _ => null!)).Should().Throw<ArgumentException>().WithMessage("*at most 50*");
        services.Invoking(s => s.AddTimePartitions(new("o", (PartitionInterval)9, TimeSpan.FromDays(1)))).Should().Throw<ArgumentException>().WithMessage("*Interval*Hour, Day, Week or Month*");
        services.Invoking(s => s.AddTimePartitions(new("o", PartitionInterval.Hour, TimeSpan.Zero))).Should().Throw<ArgumentException>().WithMessage("*Keep*more than 0*");
        services.Invoking(s => s.AddTimePartitions(new("o", PartitionInterval.Hour, TimeSpan.FromDays(1), 0))).Should().Throw<ArgumentException>().WithMessage("*Ahead*1 to 366*");
        services.Invoking(s => s.AddTimePartitions(new("O", PartitionInterval.Hour, TimeSpan.FromDays(1)))).Should().Throw<ArgumentException>().WithMessage("*'O'*must match*");
    }

    [Fact]
    public async Task What_a_factory_describes_is_checked_when_the_host_starts()
    {
        var start = (Action<IServiceCollection> add) =>
        {
            var host = Host(services => add(services.AddPostgres(o => (o.ConnectionString, o.SchemaMode) = (database.ConnectionString, SchemaMode.Off))));
            return host.Awaiting(h => h.StartAsync(Ct)).Should().ThrowAsync<ArgumentException>();
        };

        (await start(s => s.AddTimePartitions("o", _ => new("o", PartitionInterval.Day, TimeSpan.FromDays(-1))))).WithMessage("*Keep of 'o'*more than 0*");
        (await start(s => s.AddTimePartitionSet("o", _ => [new("p", PartitionInterval.Day, TimeSpan.FromDays(-1))]))).WithMessage("*Keep of 'p'*more than 0*");
        (await start(s => s.AddTimePartitions("o", _ => new("p", PartitionInterval.Day, TimeSpan.FromDays(1))))).WithMessage("*registered for 'o'*described for 'p'*");
        (await start(s => s.AddRememberedKeys("k", _ => new("k", "c", TimeSpan.Zero)))).WithMessage("*RememberFor of 'k'*more than 0*");
        (await start(s => s.AddRememberedKeys("k", _ => new("k", "C", TimeSpan.FromDays(1))))).WithMessage("*Clock of 'k' is 'C'*must match*");
        (await start(s => s.AddRememberedKeys("k", _ => new("l", "c", TimeSpan.FromDays(1))))).WithMessage("*registered for 'k'*described for 'l'*");
    }

    [Fact]
    public async Task Hot_statements_are_prepared_on_a_direct_connection()
    {
        await using var application = new Application(database.ConnectionString);
        await using var connection = await application.Postgres.DataSource.OpenConnectionAsync(Ct);
        for (var i = 0; i < 2; i++)
        {
            await using var hot = new NpgsqlCommand("SELECT $1::int + 1", connection) { Parameters = { new NpgsqlParameter<int> { TypedValue = 1 } } };
            await application.Postgres.PrepareAsync(hot, Ct);
            hot.IsPrepared.Should().BeTrue();
            (await hot.ExecuteScalarAsync(Ct)).Should().Be(2);
        }

        await using var count = new NpgsqlCommand("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1::int%'", connection);
        (await count.ExecuteScalarAsync(Ct)).Should().Be(1L);
    }

    [Theory]
    [InlineData(PrepareMode.Never, false)]
    [InlineData(PrepareMode.Always, true)]
    public async Task Preparing_can_be_decided_by_hand(PrepareMode mode, bool prepared)
    {
        await using var application = new Application(database.ConnectionString, o => o.Prepare = mode);
        await using var connection = await application.Postgres.DataSource.OpenConnectionAsync(Ct);
        await using var hot = new NpgsqlCommand("SELECT 1", connection);

        await application.Postgres.PrepareAsync(hot, Ct);

        hot.IsPrepared.Should().Be(prepared);
    }

    [Fact]
    public async Task A_command_without_connection_cannot_be_prepared()
    {
        await using var application = new Application(database.ConnectionString);
        await using var hot = new NpgsqlCommand("SELECT 1");

        var prepare = async () => await application.Postgres.PrepareAsync(hot, Ct);

        await prepare.Should().ThrowAsync<ArgumentException>().WithMessage("*no connection*");
    }

    [Fact]
    public async Task The_databases_clock_can_be_moved_by_a_test_alone()
    {
        await using var application = new Application(database.ConnectionString, o => o.Schema = "clock");
        await application.Schema.ApplyAsync(Ct);

        (await application.ScalarAsync<bool>("SELECT {schema}.now() = statement_timestamp()")).Should().BeTrue();
        var moved = await application.Postgres.RunAsync(async (transaction, ct) =>
        {
            await using var move = new NpgsqlCommand("SELECT set_config('patterns.clock_offset', '1 hour', true)", transaction.Connection);
            await move.ExecuteNonQueryAsync(ct);
            await using var ask = new NpgsqlCommand(application.Postgres.Sql("SELECT {schema}.now() - statement_timestamp()"), transaction.Connection);
            return (TimeSpan)(await ask.ExecuteScalarAsync(ct))!;
        }, ct: Ct);
        moved.Should().Be(TimeSpan.FromHours(1));
    }

    private async Task<bool> SchemaExistsAsync(string schema)
    {
        await using var command = database.DataSource.CreateCommand("SELECT to_regnamespace($1) IS NOT NULL");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = schema });
        return (bool)(await command.ExecuteScalarAsync(Ct))!;
    }

    private static IHost Host(Action<IServiceCollection> configure)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(settings: null);
        configure(builder.Services);
        return builder.Build();
    }
}
