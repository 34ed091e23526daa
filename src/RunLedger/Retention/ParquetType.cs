using ParquetSharp;

namespace RunLedger.Retention;

/// <summary>What Parquet keeps values of a type as.</summary>
/// <param name="Logical">Makes the logical type, which belongs to whom it is given.</param>
/// <param name="Physical">The physical type.</param>
/// <param name="Repetition">Whether it may be null.</param>
/// <param name="Parse">Reads what the first layout kept as text.</param>
sealed record ParquetType<T>(
    Func<LogicalType> Logical, PhysicalType Physical, Repetition Repetition, Func<string?, T>? Parse = null)
{
    /// <summary>How many bytes each value has; -1 where that differs.</summary>
    public int Length { get; init; } = -1;

    public bool Repeats { get; init; }
}
