using System.Data.Common;

namespace RunLedger.Storage.Postgres;

/// <summary>A row of PostgreSQL, which knows times and intervals.</summary>
sealed class PostgresRow(DbDataReader reader) : StoredRow(reader)
{
    public override DateTime GetTime(int at) => Reader.GetDateTime(at);

    public override TimeSpan GetInterval(int at) => Reader.GetFieldValue<TimeSpan>(at);
}
