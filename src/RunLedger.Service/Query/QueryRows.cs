using DuckDB.NET.Data;
using RunLedger.Storage;

namespace RunLedger.Service.Query;

/// <summary>
/// Rows of the tables on their way into the process of a statement: a byte says that there is one more, another that a
/// value is not null.
/// </summary>
static class QueryRows
{
    public static void Write(BinaryWriter to, StoredRow row, IReadOnlyList<QueryColumn> columns)
    {
        to.Write(true);
        Span<byte> id = stackalloc byte[16];
        for (var at = 0; at < columns.Count; at++)
        {
            to.Write(!row.IsDBNull(at));
            if (row.IsDBNull(at))
                continue;
            switch (columns[at].Kind)
            {
                case QueryColumnKind.Id:
                    row.GetGuid(at).TryWriteBytes(id);
                    to.Write(id);
                    break;
                case QueryColumnKind.Time:
                    to.Write(row.GetTime(at).Ticks);
                    break;
                default:
                    to.Write(row.GetString(at));
                    break;
            }
        }
    }

    public static void End(BinaryWriter to) => to.Write(false);

    /// <summary>Appends the rows that come to a table of these columns.</summary>
    public static void Append(
        BinaryReader from, DuckDBConnection database, string table, IReadOnlyList<QueryColumn> columns)
    {
        using var appender = database.CreateAppender(table);
        while (from.ReadBoolean())
        {
            var row = appender.CreateRow();
            foreach (var column in columns)
            {
                if (!from.ReadBoolean())
                    row.AppendNullValue();
                else if (column.Kind == QueryColumnKind.Id)
                    row.AppendValue(new Guid(from.ReadBytes(16)));
                else if (column.Kind == QueryColumnKind.Time)
                    row.AppendValue(new DateTime(from.ReadInt64(), DateTimeKind.Utc));
                else
                    row.AppendValue(from.ReadString());
            }

            row.EndRow();
        }
    }
}
