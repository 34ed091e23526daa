using Npgsql;
using NpgsqlTypes;
using RunLedger.Schema;
using RunLedger.Storage.Postgres;

namespace RunLedger.Service.Standby;

/// <summary>The primary and its standby, asked where they are.</summary>
sealed class StandbyDatabase(NpgsqlDataSource primary, NpgsqlDataSource standby, TimeProvider time)
{
    /// <summary>A server that says nothing is no help; the next look is a second later.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>For who finds the standby away, or hanging: the primary answers instead.</summary>
    const int ConnectSeconds = 5, AnswerSeconds = 10;

    // A standby is a copy of its primary's files, and so both have one identifier, and one number for a database.
    const string Database =
        """
        (select system_identifier from pg_control_system()) || '/'
          || (select oid from pg_database where datname = current_database())
        """;

    const string PrimarySql = $"select pg_current_wal_lsn(), clock_timestamp(), {Database}";

    const string StandbySql =
        $"""
         select case when pg_is_in_recovery() then pg_last_wal_replay_lsn() end, pg_last_xact_replay_timestamp(),
           {Database}
         """;

    /// <summary>As all that talks to PostgreSQL does; what the string says wins.</summary>
    public static NpgsqlDataSource Connect(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (!settings.ShouldSerialize("Timeout"))
            settings.Timeout = ConnectSeconds;
        if (!settings.ShouldSerialize("Command Timeout"))
            settings.CommandTimeout = AnswerSeconds;
        if (!settings.ShouldSerialize("Application Name"))
            settings.ApplicationName = "run-ledger-reading";
        return LedgerStore.Connect(settings.ConnectionString);
    }

    public Task<PrimaryPosition> Primary(CancellationToken cancellationToken) => One(
        primary,
        PrimarySql,
        reader => new PrimaryPosition(
            reader.GetFieldValue<NpgsqlLogSequenceNumber>(0), reader.GetDateTime(1), reader.GetString(2)),
        cancellationToken);

    public Task<StandbyPosition> Standby(CancellationToken cancellationToken) => One(
        standby,
        StandbySql,
        reader => new StandbyPosition(
            reader.IsDBNull(0) ? null : reader.GetFieldValue<NpgsqlLogSequenceNumber>(0),
            reader.IsDBNull(1) ? null : reader.GetDateTime(1),
            reader.GetString(2)),
        cancellationToken);

    /// <summary>
    /// A place in the primary's log behind all that is committed now. A standby gets what is flushed, which a commit is
    /// when it is answered, and the place of the next record may be one that no record ends at. Where commits do not
    /// wait for the disk, there is no other.
    /// </summary>
    public Task<NpgsqlLogSequenceNumber> Committed(CancellationToken cancellationToken) => One(
        primary,
        """
        select case current_setting('synchronous_commit') when 'off' then pg_current_wal_insert_lsn()
          else pg_current_wal_flush_lsn() end
        """,
        reader => reader.GetFieldValue<NpgsqlLogSequenceNumber>(0),
        cancellationToken);

    /// <summary>Why the standby cannot be asked, on one line and without a password.</summary>
    public string Describe(Exception exception) =>
        PostgresTarget.Read(standby.ConnectionString).Describe(exception) ?? exception.Message;

    // Connecting, too, may last: the string's own limit is for those who have nowhere else to ask.
    async Task<T> One<T>(
        NpgsqlDataSource database, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            // Npgsql may overlook a cancellation between its connecting and its first word.
            return await Ask().WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NpgsqlException($"it did not answer within {Patience.TotalSeconds:0} s");
        }

        async Task<T> Ask()
        {
            await using var command = database.CreateCommand(sql);
            await using var reader = await command.ExecuteReaderAsync(limit.Token);
            await reader.ReadAsync(limit.Token);
            return read(reader);
        }
    }
}
