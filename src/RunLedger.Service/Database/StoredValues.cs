using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace RunLedger.Service.Database;

/// <summary>Columns by position, out of either store.</summary>
static class StoredValues
{
    public static string? TextAt(this DbDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetString(at);

    public static byte[]? BytesAt(this DbDataReader reader, int at) =>
        reader.IsDBNull(at) ? null : reader.GetFieldValue<byte[]>(at);

    public static long? NumberAt(this DbDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetInt64(at);

    public static Guid? IdAt(this DbDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetGuid(at);

    /// <summary>SQLite keeps times as ISO 8601 text.</summary>
    public static DateTime? TimeAt(this DbDataReader reader, int at) =>
        reader.IsDBNull(at) ? null
        : reader is SqliteDataReader
            ? DateTime.Parse(reader.GetString(at), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal)
            : reader.GetDateTime(at);
}
