using System.Data.Common;
using RunLedger.Batching;
using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Definitions;
using RunLedger.Folding;
using RunLedger.Retention;
using RunLedger.Scheduling;
using RunLedger.Service.Database;
using RunLedger.Storage;

namespace RunLedger.Testing.Stores;

/// <summary>A store of a test's own, and a way to look into it.</summary>
abstract class TestStore : IAsyncDisposable
{
    public abstract ILedgerStore Ledger { get; }

    public abstract IScheduleStore Schedule { get; }

    public abstract ISweepStore Sweeps { get; }

    public abstract IDefinitionStore Definitions { get; }

    public abstract IArchiveStore Archive { get; }

    public abstract ILedgerTransactions Transactions { get; }

    /// <summary>How the service reads it.</summary>
    public abstract ReadingDialect Reading { get; }

    /// <summary>The rows of a query, their columns joined by a bar.</summary>
    public abstract Task<List<string>> Query(string sql);

    /// <summary>The message as this store refuses its row; the validator would have.</summary>
    public abstract RunObservation Unstorable(RunObservation message);

    public abstract ValueTask DisposeAsync();

    protected static async Task<List<string>> Read(DbCommand query)
    {
        await using var reader = await query.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(at => Text(reader[at]))));
        return rows;
    }

    // The same, whichever store answers.
    static string? Text(object value) => value switch
    {
        byte[] bytes => Convert.ToHexString(bytes),
        DateTime time => LedgerTime.Text(time),
        _ => value.ToString(),
    };
}
