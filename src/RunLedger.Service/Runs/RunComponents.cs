using RunLedger.Folding;
using RunLedger.Service.Database;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Runs;

/// <summary>
/// The components of a run for its page: a page of them without what is not shown there, and figures of all.
/// </summary>
/// <param name="Page">In the order they started; without evidence, references and keys.</param>
/// <param name="Counts">How many are in each status, on this page or not; a status none is in is missing.</param>
/// <param name="Failed">The one that failed first; null where none did.</param>
sealed record RunComponents(Page<ComponentRow> Page, IReadOnlyDictionary<RunStatus, long> Counts, ComponentRow? Failed)
{
    public static readonly RunComponents None = new(new([], null), new Dictionary<RunStatus, long>(), null);

    public long All => Counts.Values.Sum();
}
