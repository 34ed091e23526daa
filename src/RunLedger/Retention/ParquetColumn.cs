using ParquetSharp;
using ParquetSharp.Schema;
using RunLedger.Storage.Rows;

namespace RunLedger.Retention;

/// <summary>A column of a table as the archive's files have it: its type, and how its values get in and out.</summary>
abstract class ParquetColumn<TRow>(string name)
{
    public string Name => name;

    /// <summary>Whether values come again and again, so that a dictionary pays.</summary>
    public abstract bool Repeats { get; }

    public abstract Node Node();

    public abstract void Write(RowGroupWriter group, List<TRow> rows);

    /// <summary>Reads the column of a row group, of this layout or the first one, in which ids were text.</summary>
    public abstract ParquetValues<TRow> Read(ColumnReader column);
}

/// <inheritdoc/>
sealed class ParquetColumn<TRow, T>(Column<TRow, T> column, ParquetType<T> type) : ParquetColumn<TRow>(column.Name)
{
    public override bool Repeats => type.Repeats;

    public override Node Node() =>
        new PrimitiveNode(Name, type.Repetition, type.Logical(), type.Physical, type.Length);

    public override void Write(RowGroupWriter group, List<TRow> rows)
    {
        using var to = group.NextColumn().LogicalWriter<T>();
        to.WriteBatch(rows.ConvertAll(row => column.Get(row)).ToArray());
    }

    public override ParquetValues<TRow> Read(ColumnReader from) =>
        type.Parse is { } parse && from.ColumnDescriptor.PhysicalType == PhysicalType.ByteArray
            ? new ParquetValues<TRow, string?>(
                from.LogicalReader<string?>(ParquetTable.Batch), (row, text) => column.Set(row, parse(text)))
            : new ParquetValues<TRow, T>(from.LogicalReader<T>(ParquetTable.Batch), column.Set);
}

/// <summary>Makes them of a table's columns.</summary>
static class ParquetColumn
{
    /// <summary>Text of which nearly every value is another.</summary>
    static readonly string[] Unique = ["correlation_id", "idempotency_key", LedgerTable.EvidenceRef];

    public static ParquetColumn<TRow> Of<TRow>(Storage.Rows.Column<TRow> column) => column switch
    {
        Column<TRow, Guid> id => new ParquetColumn<TRow, Guid>(
            id, new(LogicalType.Uuid, PhysicalType.FixedLenByteArray, Repetition.Required, text => Guid.Parse(text!))
            {
                Length = 16,
            }),
        Column<TRow, Guid?> id => new ParquetColumn<TRow, Guid?>(
            id,
            new(
                LogicalType.Uuid, PhysicalType.FixedLenByteArray, Repetition.Optional,
                text => text is null ? null : Guid.Parse(text))
            {
                Length = 16,
            }),
        Column<TRow, DateTime> time => new ParquetColumn<TRow, DateTime>(
            time, new(Time, PhysicalType.Int64, Repetition.Required)),
        Column<TRow, DateTime?> time => new ParquetColumn<TRow, DateTime?>(
            time, new(Time, PhysicalType.Int64, Repetition.Optional)),
        Column<TRow, string> text => new ParquetColumn<TRow, string>(
            text,
            new(
                text.Name == LedgerTable.EvidenceRef ? LogicalType.Json : LogicalType.String,
                PhysicalType.ByteArray, Repetition.Optional)
            {
                Repeats = !Unique.Contains(text.Name),
            }),
        Column<TRow, byte[]> bytes => new ParquetColumn<TRow, byte[]>(
            bytes, new(LogicalType.None, PhysicalType.ByteArray, Repetition.Optional)),
        _ => throw new NotSupportedException($"{column.Name} is of a type that the archive's files do not have."),
    };

    static LogicalType Time() => LogicalType.Timestamp(isAdjustedToUtc: true, TimeUnit.Micros);
}
