using System.Data.Common;
using System.Globalization;

namespace RunLedger.Storage.Sqlite;

/// <summary>A row of the embedded file, which keeps times as ISO 8601 text and intervals as microseconds.</summary>
sealed class SqliteRow(DbDataReader reader) : StoredRow(reader)
{
    public override DateTime GetTime(int at) =>
        DateTime.Parse(Reader.GetString(at), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);

    public override TimeSpan GetInterval(int at) => TimeSpan.FromMicroseconds(Reader.GetInt64(at));
}
