using System.Data;
using System.Text.Json;
using Npgsql;

namespace RunLedger.Service.Bridge;

/// <summary>One session at somebody's database, which reads and never writes.</summary>
sealed class BridgeReader : IAsyncDisposable
{
    const string Application = "run-ledger-bridge";

    const int UnplacedAtMost = 100;

    /// <summary>Or nobody would notice, between two looks, that a source is gone which could not say so.</summary>
    const int KeepAliveSeconds = 30;

    readonly BridgeSource _source;
    readonly BridgeSql _sql;
    readonly NpgsqlConnection _connection;
    bool _notified;

    BridgeReader(BridgeSource source, string relation, NpgsqlConnection connection)
    {
        _source = source;
        _sql = new BridgeSql(relation, source.Key);
        _connection = connection;
        _connection.Notification += (_, _) => _notified = true;
    }

    public static async Task<BridgeReader> Open(
        BridgeSource source,
        string relation,
        string connectionString,
        string channel,
        CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        if (!settings.ShouldSerialize("Application Name"))
            settings.ApplicationName = Application;
        if (!settings.ShouldSerialize("Keepalive"))
            settings.KeepAlive = KeepAliveSeconds;
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            if (channel.Length > 0)
            {
                await using var listen = new NpgsqlCommand($"listen {channel}", connection);
                await listen.ExecuteNonQueryAsync(cancellationToken);
            }

            return new BridgeReader(source, relation, connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="BridgeQueryException">The source has not the columns, or cannot be read.</exception>
    /// <exception cref="NpgsqlException">The database cannot be asked.</exception>
    public async Task<BridgePage> Page(BridgePoint after, int size, CancellationToken cancellationToken)
    {
        try
        {
            try
            {
                return await Page(_sql.Rows, after, size, cancellationToken);
            }
            catch (PostgresException e) when (IsOfOneRow(e))
            {
                return await PageAround(e, after, size, cancellationToken);
            }
        }
        catch (PostgresException e) when (IsOfOneRow(e) || IsOfTheQuery(e))
        {
            throw new BridgeQueryException($"it cannot be read: {Text(e)}", e);
        }
        catch (NpgsqlException e) when (e.InnerException is TimeoutException)
        {
            throw new NpgsqlException(
                $"no page is read within {_connection.CommandTimeout} s: an index on {BridgeRow.Transaction} helps, "
                    + "or a greater Command Timeout in ConnectionStrings__Bridge",
                e);
        }
    }

    /// <summary>
    /// The first rows that have no place in the order of transactions: theirs is NULL, or none of this server.
    /// </summary>
    /// <exception cref="NpgsqlException">The database cannot be asked.</exception>
    public async Task<IReadOnlyList<BridgeRead>> Unplaced(CancellationToken cancellationToken)
    {
        try
        {
            return await Unplaced(whole: true, cancellationToken);
        }
        catch (PostgresException e) when (IsOfOneRow(e))
        {
            return await Unplaced(whole: false, cancellationToken);
        }
    }

    /// <summary>Completes with a notification, or when it is time to look anyway.</summary>
    public async Task Wait(TimeSpan limit, CancellationToken cancellationToken)
    {
        // What came while a page was read told the session already, and may be of a row that the page did not see.
        if (!_notified)
            await _connection.WaitAsync(limit, cancellationToken);
        _notified = false;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    // Half as many rows, until they can be read, or the one is known that cannot be.
    async Task<BridgePage> PageAround(
        PostgresException fault, BridgePoint after, int size, CancellationToken cancellationToken)
    {
        for (var fewer = size; fewer > 1; fewer /= 2)
        {
            try
            {
                return await Page(_sql.RowsOfPlaces, after, fewer, cancellationToken) is var some && some.Rows.Count > 0
                    ? some with { More = true }
                    : some;
            }
            catch (PostgresException e) when (IsOfOneRow(e))
            {
                fault = e;
            }
        }

        var place = await Page(_sql.Places, after, 1, cancellationToken);
        if (place.Rows.Count == 0)
            return place;
        try
        {
            return await Page(_sql.RowsAt, place.Rows[0].At, int.MaxValue, cancellationToken) with { More = true };
        }
        catch (PostgresException e) when (IsOfOneRow(e))
        {
            fault = e;
        }

        return place with { Rows = [place.Rows[0] with { Fault = $"it cannot be read: {Text(fault)}" }] };
    }

    async Task<BridgePage> Page(string rows, BridgePoint at, int size, CancellationToken cancellationToken)
    {
        await using var transaction = await _connection.BeginTransactionAsync(
            IsolationLevel.RepeatableRead, cancellationToken);
        await using var batch = Batch(
            // Its columns, in the same breath: a view may change between two pages.
            new(_sql.Columns),
            new(BridgeSql.Horizon),
            new(rows)
            {
                Parameters =
                {
                    new NpgsqlParameter<string> { TypedValue = $"{at.Transaction}" },
                    new NpgsqlParameter<string> { TypedValue = at.Key },
                    new NpgsqlParameter<long> { TypedValue = size },
                },
            });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        CheckColumns(reader);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (horizon, next) = (reader.GetInt64(0), reader.GetInt64(1));
        await reader.NextResultAsync(cancellationToken);
        var read = await Read(reader, cancellationToken);
        return new BridgePage(read, horizon, next, More: read.Count >= size);
    }

    async Task<IReadOnlyList<BridgeRead>> Unplaced(bool whole, CancellationToken cancellationToken)
    {
        await using var transaction = await _connection.BeginTransactionAsync(
            IsolationLevel.RepeatableRead, cancellationToken);
        await using var batch = Batch(new NpgsqlBatchCommand(_sql.Unplaced(whole)));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return [.. (await Read(reader, cancellationToken)).Select(row => row with
        {
            Fault = row.At.Transaction == BridgeSql.NoTransaction
                ? $"{BridgeRow.Transaction} is NULL, so that nobody can say when it became visible: fill it in"
                : $"{BridgeRow.Transaction} {row.At.Transaction} is of no transaction of its server, so that it came "
                    + "from another: set it anew",
        })];
    }

    // Of the transaction and not of the session, which may be one that a pooler hands on.
    NpgsqlBatch Batch(params NpgsqlBatchCommand[] commands)
    {
        var batch = new NpgsqlBatch(_connection);
        batch.BatchCommands.Add(new("set transaction read only"));
        batch.BatchCommands.Add(new("set local timezone = 'UTC'"));
        foreach (var command in commands)
            batch.BatchCommands.Add(command);
        return batch;
    }

    async Task<List<BridgeRead>> Read(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var rows = new List<BridgeRead>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var at = new BridgePoint(reader.GetInt64(0), reader.GetString(1));
            rows.Add(new BridgeRead(at, reader.IsDBNull(2) ? Named(at) : reader.GetString(2), null));
        }

        return rows;
    }

    void CheckColumns(NpgsqlDataReader reader)
    {
        var faults = new List<string>();
        foreach (var column in _source.Columns)
        {
            var ordinal = Enumerable.Range(0, reader.FieldCount)
                .Where(field => reader.GetName(field) == column.Name).Cast<int?>().FirstOrDefault();
            if (ordinal is null && column.Required)
                faults.Add($"it has no column {column.Name}: give one of type {column.Wanted}");
            else if (ordinal is { } field && reader.GetPostgresType(field) is var type && !column.Fits(type))
                faults.Add($"its column {column.Name} is of type {type.Name}: make it {column.Wanted}");
        }

        if (faults.Count > 0)
            throw new BridgeQueryException(string.Join("; ", faults));
    }

    string Named(BridgePoint at) => JsonSerializer.Serialize(
        new Dictionary<string, string> { [BridgeRow.Transaction] = $"{at.Transaction}", [_source.Key] = at.Key });

    static string Text(PostgresException e) => $"{e.MessageText} ({e.SqlState})";

    // 21 and 22: the data; P0: raised by a function.
    static bool IsOfOneRow(PostgresException e) => e.SqlState[..2] is "21" or "22" or "P0";

    // 25: it would write; 42: a name, a type or a right.
    static bool IsOfTheQuery(PostgresException e) => e.SqlState[..2] is "0A" or "25" or "42";
}
