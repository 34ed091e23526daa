using RunLedger.Storage;

namespace RunLedger.Service.Incidents;

/// <summary>
/// A condition that is told by how things stand. Another one is another class, registered beside these.
/// </summary>
interface IStandingCondition
{
    /// <summary>As a rule names it.</summary>
    string Name { get; }

    /// <summary>
    /// Of whom it is so. Asked once with each look where a rule is about it: bounded, and by an index.
    /// </summary>
    /// <param name="sql">In the look's transaction.</param>
    /// <param name="watchingSince">Since when somebody has looked without a gap.</param>
    /// <param name="now">The ledger's clock.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    Task<Findings> Find(LedgerSql sql, DateTime watchingSince, DateTime now, CancellationToken cancellationToken);
}
