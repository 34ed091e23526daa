using ParquetSharp;
using ParquetSharp.Schema;
using RunLedger.Storage.Rows;

namespace RunLedger.Retention;

/// <summary>
/// One of the two tables as Parquet: its columns in its order, rows sorted by run. Written and read a row group at a
/// time, so that a file may be larger than memory.
/// </summary>
sealed class ParquetTable<TRow>(LedgerTable<TRow> table)
    where TRow : LedgerRow, new()
{
    const int MaxGroupRows = 32_768;
    const long MaxGroupBytes = 16 * 1024 * 1024;

    /// <summary>What a column that was read in part keeps in memory.</summary>
    const long PageBytes = 64 * 1024;

    static readonly Dictionary<string, string> Metadata = new() { ["run_ledger.layout"] = $"{SliceManifest.Newest}" };

    readonly List<ParquetColumn<TRow>> _columns = [.. table.Columns.Select(ParquetColumn.Of)];

    /// <summary>Writes sorted rows; which runs are in which row group, and where in the stream each ends.</summary>
    public List<(Guid First, Guid Last, int Rows, long End)> Write(Stream stream, IEnumerable<TRow> rows)
    {
        using var schema = new GroupNode("schema", Repetition.Required, [.. _columns.Select(column => column.Node())]);
        using var properties = Properties();
        using var writer = new ParquetFileWriter(stream, schema, properties, Metadata, leaveOpen: true);
        var groups = new List<(Guid, Guid, int, long)>();
        var (group, bytes) = (new List<TRow>(), 0L);
        foreach (var row in rows)
        {
            if (group.Count == MaxGroupRows || bytes >= MaxGroupBytes)
                End();
            if (group.Count > 0 && ParquetTable.Key(row).CompareTo(ParquetTable.Key(group[^1])) < 0)
                throw new InvalidDataException("rows are not in the order of their runs.");
            group.Add(row);
            bytes += 500 + (row.EvidenceRef?.Length ?? 0) + (row.Fold?.Length ?? 0);
        }

        if (group.Count > 0)
            End();
        writer.Close();
        return groups;

        void End()
        {
            using (var to = writer.AppendRowGroup())
            {
                foreach (var column in _columns)
                    column.Write(to, group);
                to.Close();
            }

            groups.Add((group[0].ProcessRunId, group[^1].ProcessRunId, group.Count, stream.Position));
            group.Clear();
            bytes = 0;
        }
    }

    /// <summary>The rows of a file, or of some of its row groups, as they are taken.</summary>
    /// <exception cref="InvalidDataException">The file is of another table.</exception>
    public IEnumerable<TRow> Read(string path, IEnumerable<int>? groups = null)
    {
        using var file = ParquetTable.Open(path);
        var places = _columns.ConvertAll(column => ParquetTable.Place(file, column.Name));
        foreach (var at in groups ?? Enumerable.Range(0, file.FileMetaData.NumRowGroups))
        {
            using var group = file.RowGroup(at);
            var values = new List<ParquetValues<TRow>>();
            try
            {
                for (var n = 0; n < _columns.Count; n++)
                    values.Add(_columns[n].Read(group.Column(places[n])));
                for (var left = group.MetaData.NumRows; left > 0;)
                {
                    var rows = new TRow[Math.Min(left, ParquetTable.Batch)];
                    for (var n = 0; n < rows.Length; n++)
                        rows[n] = new TRow();
                    values.ForEach(column => column.Fill(rows));
                    foreach (var row in rows)
                        yield return row;
                    left -= rows.Length;
                }
            }
            finally
            {
                values.ForEach(column => column.Dispose());
            }
        }
    }

    WriterProperties Properties()
    {
        using var builder = new WriterPropertiesBuilder()
            .Compression(Compression.Zstd)
            .EnableStatistics()
            .EnableWritePageIndex()
            .EnablePageChecksum()
            .DataPagesize(PageBytes)
            .DisableDictionary();
        foreach (var column in _columns.Where(column => column.Repeats))
            builder.EnableDictionary(column.Name);
        return builder.Build();
    }
}

/// <summary>The two tables.</summary>
static class ParquetTable
{
    /// <summary>How many rows are read at once.</summary>
    public const int Batch = 256;

    public static readonly ParquetTable<RunRow> Runs = new(LedgerTable.Runs);
    public static readonly ParquetTable<ComponentRow> Components = new(LedgerTable.Components);

    /// <summary>What rows are sorted by.</summary>
    public static (Guid Run, Guid Row) Key(LedgerRow row) => (row.ProcessRunId, row.Id);

    /// <summary>Whether a row group has rows of a run: only its column of run ids is read.</summary>
    public static bool Holds(string path, int group, Guid run)
    {
        using var file = Open(path);
        using var rows = file.RowGroup(group);
        using var ids = rows.Column(Place(file, LedgerTable.Runs.Id)).LogicalReader<Guid>();
        return ids.ReadAll((int)rows.MetaData.NumRows).AsSpan().Contains(run);
    }

    /// <summary>How many row groups a file has.</summary>
    public static int Groups(string path)
    {
        using var file = Open(path);
        return file.FileMetaData.NumRowGroups;
    }

    // Buffered: of a column that is read in part only a part is in memory.
    public static ParquetFileReader Open(string path)
    {
        using var properties = ReaderProperties.GetDefaultReaderProperties();
        properties.EnableBufferedStream();
        return new ParquetFileReader(path, properties);
    }

    public static int Place(ParquetFileReader file, string column)
    {
        var schema = file.FileMetaData.Schema;
        for (var at = 0; at < schema.NumColumns; at++)
        {
            if (schema.Column(at).Name == column)
                return at;
        }

        throw new InvalidDataException($"there is no column {column}.");
    }
}
