using System.Data;
using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;

namespace Patterns.Postgres;

/// <summary>
/// One connection, and the command that is sent on it again and again: the lock limit and the statement, pipelined, in one implicit transaction and one round trip.
/// </summary>
internal sealed class GroupSender<TRequest, TResult> : IDisposable
{
    private readonly IPostgres _postgres;
    private readonly GroupStatement<TRequest, TResult> _statement;
    private readonly NpgsqlConnection _connection;
    private readonly TimeSpan _timeout;
    private NpgsqlBatch? _command;
    private TRequest[] _requests = [];
    private TResult[] _results = [];
    private bool[] _answered = [];
    private int _used;

    public GroupSender(IPostgres postgres, GroupStatement<TRequest, TResult> statement, TimeSpan timeout)
    {
        _postgres = postgres;
        _statement = statement;
        _connection = postgres.DataSource.CreateConnection();
        _timeout = timeout;
    }

    /// <summary>Opens the connection unless it is open. When this fails, nothing has been sent.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask OpenAsync()
    {
        if (_connection.State != ConnectionState.Open)
        {
            // A connection that broke is closed here, not where it broke.
            await CloseAsync().ConfigureAwait(false);
            await _connection.OpenAsync().ConfigureAwait(false);
        }

        // Not used again on another physical connection, for the driver would take it for prepared there.
        _command ??= new(_connection)
        {
            // The setting ends with the transaction, so that it holds behind a transaction pooler as well.
            BatchCommands = { new("SELECT set_config('lock_timeout', $1, true)") { Parameters = { new NpgsqlParameter<string>() } }, new(_statement.Sql) },
            Timeout = (int)Math.Ceiling(_timeout.TotalSeconds),
        };
    }

    public bool IsOpen => _connection.State != ConnectionState.Closed;

    /// <summary>Gives the connection back to the pool.</summary>
    public async ValueTask CloseAsync()
    {
        await _connection.CloseAsync().ConfigureAwait(false);
        Renew();
    }

    /// <summary>Forgets the command. After a failure its parameters may be half bound, and the driver would send a part of the next values in the place of all.</summary>
    public void Renew()
    {
        _command?.Dispose();
        _command = null;
    }

    /// <summary>Ends the connection and the idle ones of its pool, so that the next one that is opened looks for the server anew.</summary>
    public async ValueTask DiscardAsync()
    {
        // ClearPool(connection) knows only the pools of connection strings, not those of data sources.
        _postgres.DataSource.Clear();
        await CloseAsync().ConfigureAwait(false);
    }

    /// <summary>Puts a part of the batch into the command. Nothing is sent, so whatever this throws is a request's own.</summary>
    public void Bind(GroupBatch<TRequest, TResult> batch, BatchPart part)
    {
        var calls = batch.Calls.Slice(part.From, part.Count);
        if (_requests.Length < calls.Length)
        {
            _requests = new TRequest[calls.Length];
            _results = new TResult[calls.Length];
            _answered = new bool[calls.Length];
        }

        _used = Math.Max(_used, calls.Length);
        for (var i = 0; i < calls.Length; i++)
            _requests[i] = calls[i].Request;
        _answered.AsSpan(0, calls.Length).Clear();
        ((NpgsqlParameter<string>)_command!.BatchCommands[0].Parameters[0]).TypedValue = ((long)part.LockLimit.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        _statement.Bind(_command.BatchCommands[1].Parameters, _requests.AsSpan(0, calls.Length));
    }

    /// <summary>
    /// Sends what was bound, and comes back when the server has said that its transaction is complete: rows can come and the statement still fail at its end, as with a
    /// deferred constraint. After that, and not before, <see cref="Result"/> is true.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(int count)
    {
        await _postgres.PrepareAsync(_command!).ConfigureAwait(false);
        Exception? misread = null;
        var reader = await _command!.ExecuteReaderAsync().ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            await reader.NextResultAsync().ConfigureAwait(false);
            do
            {
                while (await reader.ReadAsync().ConfigureAwait(false))
                {
                    misread ??= TryRead(reader, count);
                }
            }
            while (await reader.NextResultAsync().ConfigureAwait(false));
        }

        if (misread is not null)
            throw new AnswersException($"The answers of group '{_statement.Name}' could not be read ({misread.Message}). Its transaction is committed.", misread);
        FillUnanswered(count);
    }

    public TResult Result(int index) => _results[index];

    /// <summary>Lets go of requests and answers.</summary>
    public void Clear()
    {
        _requests.AsSpan(0, _used).Clear();
        _results.AsSpan(0, _used).Clear();
        _used = 0;
    }

    public void Dispose()
    {
        _command?.Dispose();
        _connection.Dispose();
    }

    private Exception? TryRead(NpgsqlDataReader row, int count)
    {
        try
        {
            _statement.Read(row, _requests.AsSpan(0, count), new(_results.AsSpan(0, count), _answered.AsSpan(0, count)));
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private void FillUnanswered(int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (_answered[i])
                continue;

            try
            {
                _results[i] = _statement.Unanswered(in _requests[i]);
            }
            catch (Exception e)
            {
                throw new AnswersException(e.Message, e);
            }
        }
    }
}
