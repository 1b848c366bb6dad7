using System.Data;
using Patterns.WebhookDedup;
using static Api.Tests.WebhookDedup.Application;

namespace Api.Tests.WebhookDedup;

/// <summary>Transactions and databases that a claim cannot work in.</summary>
public sealed class TransactionTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Theory, Guarantee("WebhookDedup", 3)]
    [InlineData(IsolationLevel.RepeatableRead)]
    [InlineData(IsolationLevel.Serializable)]
    [InlineData(IsolationLevel.ReadUncommitted)]
    public async Task Another_isolation_level_is_refused_by_name_and_the_transaction_goes_on(IsolationLevel level)
    {
        await using var application = await StartAsync(database.ConnectionString);
        await using var transaction = await OpenTransaction.BeginAsync(application.Postgres.DataSource, application.Dedup, level);

        var claim = () => transaction.ClaimAsync(Event()).AsTask();

        (await claim.Should().ThrowAsync<ArgumentException>()).WithMessage($"*{level}*ReadCommitted*");
        await transaction.ExecuteAsync("SELECT 1");
        await transaction.CommitAsync();
    }

    [Fact, Guarantee("WebhookDedup", 3)]
    public async Task An_isolation_level_that_was_set_by_statement_is_refused_too()
    {
        await using var application = await StartAsync(database.ConnectionString);
        await using var transaction = await application.BeginAsync();
        await transaction.ExecuteAsync("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");

        var claim = () => transaction.ClaimAsync(Event()).AsTask();

        (await claim.Should().ThrowAsync<ArgumentException>()).WithMessage("*REPEATABLE READ*");
    }

    [Fact]
    public async Task A_finished_transaction_is_refused()
    {
        await using var application = await StartAsync(database.ConnectionString);
        OpenTransaction committed = await application.BeginAsync(), rolledBack = await application.BeginAsync(), disposed = await application.BeginAsync();
        await committed.CommitAsync();
        await rolledBack.RollbackAsync();
        await disposed.DisposeAsync();

        foreach (var finished in new[] { committed, rolledBack, disposed })
        {
            var claim = async () => await finished.ClaimAsync(Event());
            (await claim.Should().ThrowAsync<ArgumentException>()).WithMessage("*finished*");
            await finished.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_transaction_of_another_database_is_refused()
    {
        await using var application = await StartAsync(database.ConnectionString);
        await using var elsewhere = await database.NewAsync();
        await using var source = Npgsql.NpgsqlDataSource.Create(elsewhere.ConnectionString);
        await using var transaction = await OpenTransaction.BeginAsync(source, application.Dedup);

        var claim = async () => await transaction.ClaimAsync(Event());

        (await claim.Should().ThrowAsync<ArgumentException>()).WithMessage($"*{elsewhere.Name}*");
    }

    [Fact]
    public async Task Missing_tables_are_named_with_the_way_to_make_them()
    {
        await using var empty = await database.NewAsync();
        await using var application = await StartAsync(empty.ConnectionString, install: false);

        var deliver = () => application.DeliverAsync(Event());

        (await deliver.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*\"patterns\"*ISchema.ApplyAsync()*ISchema.Print(\"webhook_dedup\")*");
        await application.ExecuteAsync("CREATE SCHEMA patterns");
        (await deliver.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*ISchema.ApplyAsync()*");
    }

    [Fact]
    public async Task Missing_arguments_and_lists_that_are_too_long_are_refused()
    {
        await using var application = await StartAsync(database.ConnectionString);
        await using var transaction = await application.BeginAsync();

        await Refused<ArgumentNullException>(() => application.Dedup.ClaimAsync(null!, Event()).AsTask());
        await Refused<ArgumentNullException>(() => transaction.ClaimAsync((WebhookEvent)null!).AsTask());
        await Refused<ArgumentNullException>(() => application.Dedup.RunOnceAsync(null!, (_, _) => Task.CompletedTask));
        await Refused<ArgumentNullException>(() => application.Dedup.RunOnceAsync(Event(), null!));
        (await Refused<ArgumentException>(() => transaction.ClaimAsync(Event(), null!).AsTask())).WithMessage("*Event 1*");
        (await Refused<ArgumentException>(() => transaction.ClaimAsync(Enumerable.Repeat(Event(), IWebhookDedup.MaxBatch + 1).ToArray()).AsTask())).WithMessage("*1001*1000*");
        (await transaction.ClaimAsync(Enumerable.Repeat(Event(), IWebhookDedup.MaxBatch).ToArray())).Count(r => r.Outcome == ClaimOutcome.New).Should().Be(1);

        static async Task<FluentAssertions.Specialized.ExceptionAssertions<T>> Refused<T>(Func<Task> call)
            where T : Exception => await call.Should().ThrowAsync<T>();
    }

    [Fact]
    public async Task A_cancelled_claim_changes_nothing()
    {
        await using var application = await StartAsync(database.ConnectionString);
        var webhookEvent = Event();
        var deliver = () => application.Dedup.RunOnceAsync(webhookEvent, (_, _) => Task.CompletedTask, new CancellationToken(canceled: true));

        await deliver.Should().ThrowAsync<OperationCanceledException>();

        (await application.DeliverAsync(webhookEvent)).Outcome.Should().Be(ClaimOutcome.New);
    }
}
