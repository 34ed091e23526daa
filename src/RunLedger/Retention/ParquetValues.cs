using ParquetSharp;

namespace RunLedger.Retention;

/// <summary>The values of a column in a row group, read in step with its other columns.</summary>
abstract class ParquetValues<TRow> : IDisposable
{
    /// <summary>Puts the next values into some rows, at most <see cref="ParquetTable.Batch"/>.</summary>
    /// <exception cref="InvalidDataException">There are not so many.</exception>
    public abstract void Fill(TRow[] rows);

    public abstract void Dispose();
}

/// <inheritdoc/>
sealed class ParquetValues<TRow, TStored>(LogicalColumnReader<TStored> from, Action<TRow, TStored> set)
    : ParquetValues<TRow>
{
    readonly TStored[] _values = new TStored[ParquetTable.Batch];

    public override void Fill(TRow[] rows)
    {
        for (var read = 0; read < rows.Length;)
        {
            var more = from.ReadBatch(_values.AsSpan(read, rows.Length - read));
            if (more == 0)
                throw new InvalidDataException("a column has fewer values than its row group has rows.");
            read += more;
        }

        for (var at = 0; at < rows.Length; at++)
            set(rows[at], _values[at]);
    }

    public override void Dispose() => from.Dispose();
}
