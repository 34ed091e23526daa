using Npgsql;

namespace RunLedger.Storage.Postgres;

/// <summary>What PostgreSQL's errors mean. https://www.postgresql.org/docs/current/errcodes-appendix.html</summary>
static class PostgresErrors
{
    public static StoreException Of(Exception e) => e switch
    {
        StoreException known => known,
        PostgresException refused => new StoreException(Of(refused.SqlState), refused),

        // Npgsql could not put a value on the wire.
        ArgumentException or FormatException or InvalidCastException or NotSupportedException =>
            new StoreException(StoreFault.Data, e),
        NpgsqlException { InnerException: TimeoutException } late => new StoreException(
            StoreFault.Unavailable,
            new TimeoutException(
                "it did not answer within the connection string's Command Timeout; where another session holds the "
                + "rows, pg_blocking_pids() and pg_stat_activity say which",
                late)),
        NpgsqlException { InnerException: { } cause } lost when cause.Message != lost.Message =>
            new StoreException(StoreFault.Unavailable, new IOException($"{lost.Message}: {cause.Message}", lost)),
        _ => new StoreException(StoreFault.Unavailable, e),
    };

    static StoreFault Of(string state) => state switch
    {
        // unique: all keys of a batch were loaded, so somebody else was quicker; division by zero: our own guard.
        PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation
            or PostgresErrorCodes.DivisionByZero
            or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected => StoreFault.Conflict,

        // 22 data exception, 23 constraint, 44 check option, 54 program limit, P0 raised by somebody's trigger: this
        // row will never do.
        _ when state[..2] is "22" or "23" or "44" or "54" or "P0" => StoreFault.Data,

        // Everything else (no table, no right, no room, no server) is for an operator; messages wait.
        _ => StoreFault.Unavailable,
    };
}
