using Npgsql;

namespace RunLedger.Service.Bridge;

/// <summary>One session at somebody's database, which reads and never writes.</summary>
sealed class BridgeReader : IAsyncDisposable
{
    const string Application = "run-ledger-bridge";

    const int UnplacedAtMost = 100;

    readonly BridgeSource _source;
    readonly string _relation;
    readonly NpgsqlConnection _connection;

    BridgeReader(BridgeSource source, string relation, NpgsqlConnection connection)
    {
        _source = source;
        _relation = relation.Any(char.IsWhiteSpace) ? $"({relation.TrimEnd(' ', '\n', '\r', '\t', ';')}\n)" : relation;
        _connection = connection;
    }

    public static async Task<BridgeReader> Open(
        BridgeSource source, string relation, string connectionString, string channel, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        if (!settings.ShouldSerialize("Application Name"))
            settings.ApplicationName = Application;
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var prepare = connection.CreateCommand();
            prepare.CommandText = "set default_transaction_read_only = on; set timezone = 'UTC'"
                + (channel.Length > 0 ? $"; listen {channel}" : "");
            await prepare.ExecuteNonQueryAsync(cancellationToken);
            return new BridgeReader(source, relation, connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // A row counts when every transaction that began before its own has ended: what comes later was written by later ones,
    // so that the cursor passes nobody, whatever order they commit in. Rows that cannot be told apart stay on one page.
    string PageSql =>
        $"""
         select r.transaction_id::text::bigint, coalesce(r.{_source.Key}::text, ''), row_to_json(r)::text
         from {_relation} as r
         where r.transaction_id >= $1::text::xid8
           and r.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
           and (r.transaction_id > $1::text::xid8 or coalesce(r.{_source.Key}::text, '') collate "C" > $2)
         order by r.transaction_id, coalesce(r.{_source.Key}::text, '') collate "C"
         fetch first ($3) rows with ties
         """;

    /// <exception cref="BridgeQueryException">The source has not the columns, or cannot be read.</exception>
    /// <exception cref="NpgsqlException">The database cannot be asked.</exception>
    public async Task<BridgePage> Page(BridgePoint after, int size, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(_connection)
        {
            BatchCommands =
            {
                // Its columns, in the same breath: a view may change between two pages.
                new NpgsqlBatchCommand($"select * from {_relation} as r limit 0"),
                // Before the rows: none of them is behind it.
                new NpgsqlBatchCommand(
                    "select pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint from pg_current_snapshot() s"),
                new NpgsqlBatchCommand(PageSql)
                {
                    Parameters =
                    {
                        new NpgsqlParameter<string> { TypedValue = $"{after.Transaction}" },
                        new NpgsqlParameter<string> { TypedValue = after.Key },
                        new NpgsqlParameter<long> { TypedValue = size },
                    },
                },
            },
        };
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            CheckColumns(reader);
            await reader.NextResultAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            var (horizon, next) = (reader.GetInt64(0), reader.GetInt64(1));
            await reader.NextResultAsync(cancellationToken);
            var rows = new List<(BridgePoint, string)>();
            while (await reader.ReadAsync(cancellationToken))
                rows.Add((new BridgePoint(reader.GetInt64(0), reader.GetString(1)), reader.GetString(2)));
            return new BridgePage(rows, horizon, next);
        }
        catch (PostgresException e) when (IsOfTheQuery(e))
        {
            throw new BridgeQueryException($"it cannot be read: {e.MessageText} ({e.SqlState})", e);
        }
    }

    /// <summary>The first rows that have no place in any order, because their transaction is NULL.</summary>
    /// <exception cref="NpgsqlException">The database cannot be asked.</exception>
    public async Task<IReadOnlyList<(BridgePoint At, string Json)>> Unplaced(CancellationToken cancellationToken)
    {
        await using var command = _connection.CreateCommand();
        command.CommandText =
            $"""
             select coalesce(r.{_source.Key}::text, ''), row_to_json(r)::text from {_relation} as r
             where r.transaction_id is null limit {UnplacedAtMost}
             """;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<(BridgePoint, string)>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add((new BridgePoint(0, reader.GetString(0)), reader.GetString(1)));
        return rows;
    }

    /// <summary>Completes with a notification, or when it is time to look anyway.</summary>
    public Task Wait(TimeSpan limit, CancellationToken cancellationToken) => _connection.WaitAsync(limit, cancellationToken);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

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

    // 22 data exception, 42 name, type or right, P0 raised by a function, and a function that would write.
    static bool IsOfTheQuery(PostgresException e) => e.SqlState[..2] is "0A" or "21" or "22" or "25" or "42" or "P0";
}
