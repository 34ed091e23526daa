using System.Data.Common;

namespace RunLedger.Storage;

/// <summary>
/// A row as it is read, its values by position. What a provider keeps in its own way, it reads in its own way.
/// </summary>
abstract class StoredRow(DbDataReader reader)
{
    protected DbDataReader Reader => reader;

    public Guid GetGuid(int at) => reader.GetGuid(at);

    public string GetString(int at) => reader.GetString(at);

    public int GetInt32(int at) => reader.GetInt32(at);

    public long GetInt64(int at) => reader.GetInt64(at);

    public double GetDouble(int at) => reader.GetDouble(at);

    public bool GetBoolean(int at) => reader.GetBoolean(at);

    public bool IsDBNull(int at) => reader.IsDBNull(at);

    public int FieldCount => reader.FieldCount;

    /// <summary>A time, UTC, to the microsecond.</summary>
    public abstract DateTime GetTime(int at);

    public abstract TimeSpan GetInterval(int at);

    public Guid? IdAt(int at) => reader.IsDBNull(at) ? null : reader.GetGuid(at);

    public string? TextAt(int at) => reader.IsDBNull(at) ? null : reader.GetString(at);

    public byte[]? BytesAt(int at) => reader.IsDBNull(at) ? null : reader.GetFieldValue<byte[]>(at);

    public long? NumberAt(int at) => reader.IsDBNull(at) ? null : reader.GetInt64(at);

    public DateTime? TimeAt(int at) => reader.IsDBNull(at) ? null : GetTime(at);
}
