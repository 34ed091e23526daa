using System.Globalization;
using System.Text.Json;
using DuckDB.NET.Data;

namespace RunLedger.Service.Query;

/// <summary>The database of one statement: in memory, in a process of its own, and gone with it.</summary>
sealed class QueryDatabase(QueryOrder order) : IDisposable
{
    readonly DuckDBConnection _database = Open(order);

    static DuckDBConnection Open(QueryOrder order)
    {
        var database = new DuckDBConnection("DataSource=:memory:");
        database.Open();
        Run(database, string.Create(CultureInfo.InvariantCulture, $"""
            set TimeZone = 'UTC';
            set autoinstall_known_extensions = false;
            set autoload_known_extensions = false;
            set temp_directory = '';
            set threads = {order.Threads};
            set memory_limit = '{order.MemoryMegabytes}MB';
            set preserve_insertion_order = false;
            """));
        return database;
    }

    public QueryNeeds Needs()
    {
        using var command = _database.CreateCommand();
        command.CommandText = "select json_serialize_sql($1::varchar)";
        command.Parameters.Add(new DuckDBParameter(order.Sql));
        try
        {
            return QueryStatement.Read((string)command.ExecuteScalar()!);
        }
        catch (DuckDBException e)
        {
            return new($"It cannot be read: {e.Message}", new Dictionary<string, string[]>());
        }
    }

    /// <summary>
    /// Makes the views, of the rows that come and of the files; from then on nothing else can be reached.
    /// </summary>
    public void Fill(QueryNeeds needs, QueryFiles files, BinaryReader rows)
    {
        foreach (var (name, wanted) in needs.Columns)
        {
            var columns = QueryView.Named(name).Columns.Where(column => wanted.Contains(column.Name)).ToList();
            Run(_database, $"create table table_{name} ({string.Join(
                ", ", columns.Select(column => $"{column.Name} {column.Type}"))})");
            QueryRows.Append(rows, _database, $"table_{name}", columns);
        }

        if (files.Returned)
        {
            Run(_database, "create table returned (process_run_id uuid, returned_at timestamptz)");
            QueryRows.Append(rows, _database, "returned", QueryFiles.ReturnColumns);
        }

        List<string> paths = [.. files.Slices.SelectMany(slice => (string[])[slice.Runs, slice.Components])];
        Run(_database, $"set allowed_paths = {List(paths)}");
        var views = new QueryViewSql(files, Texts(paths));
        foreach (var (name, wanted) in needs.Columns)
        {
            var columns = QueryView.Named(name).Columns.Where(column => wanted.Contains(column.Name)).ToList();
            Run(_database, $"create view {name} as {views.Of(name, columns)}");
        }

        Run(_database, "set enable_external_access = false; set lock_configuration = true");
    }

    /// <summary>Runs the statement and writes the answer, row after row, as far as it may go.</summary>
    public void Answer(Stream output)
    {
        using var command = _database.CreateCommand();
        command.CommandText = order.Sql;
        command.UseStreamingMode = true;
        using var reader = command.ExecuteReader();
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteStartArray("columns");
        var zoned = new bool[reader.FieldCount];
        for (var at = 0; at < reader.FieldCount; at++)
        {
            var type = reader.GetDataTypeName(at);
            zoned[at] = type.Contains("TimestampTz", StringComparison.OrdinalIgnoreCase);
            json.WriteStartObject();
            json.WriteString("name", reader.GetName(at));
            json.WriteString("type", type);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("rows");
        var (rows, truncated) = (0, false);
        var before = json.BytesCommitted + json.BytesPending;
        while (!truncated && reader.Read())
        {
            truncated = rows++ == order.MaxRows || json.BytesCommitted + json.BytesPending - before > order.MaxBytes;
            if (truncated)
                break;
            json.WriteStartArray();
            for (var at = 0; at < zoned.Length; at++)
                QueryValue.Write(json, reader.IsDBNull(at) ? null : reader.GetValue(at), zoned[at]);
            json.WriteEndArray();
            if (json.BytesPending > 32 * 1024)
                json.Flush();
        }

        json.WriteEndArray();
        json.WriteBoolean("truncated", truncated);
        json.WriteEndObject();
    }

    public void Dispose() => _database.Dispose();

    /// <summary>The files of the first layout.</summary>
    HashSet<string> Texts(List<string> paths)
    {
        var texts = new HashSet<string>();
        if (paths.Count == 0)
            return texts;
        using var command = _database.CreateCommand();
#pragma warning disable CA2100 // paths are the service's own
        command.CommandText = $"select file_name from parquet_schema({List(paths)}) where name = 'process_run_id' "
            + "and logical_type is distinct from 'UUIDType()'";
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        while (reader.Read())
            texts.Add(reader.GetString(0));
        return texts;
    }

    public static string List(IEnumerable<string> texts) =>
        $"[{string.Join(", ", texts.Select(text => $"'{text.Replace("'", "''")}'"))}]";

    static void Run(DuckDBConnection database, string sql)
    {
        using var command = database.CreateCommand();
#pragma warning disable CA2100 // names are of the catalogue, paths and numbers the service's own
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
