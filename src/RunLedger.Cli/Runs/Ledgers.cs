using System.Text.Json;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Options;
using RunLedger.Cli.Output;
using RunLedger.Cli.Transport;

namespace RunLedger.Cli.Runs;

/// <summary>
/// One ledger, or several that divide the runs between them, asked as one. Each has to answer: what one of them knows
/// is not all.
/// </summary>
sealed class Ledgers(IEnumerable<LedgerAddress> addresses, TimeProvider time) : IDisposable
{
    readonly LedgerApiClient[] _all = [.. addresses.Select(address => new LedgerApiClient(address, time))];

    /// <exception cref="CliException">There are several.</exception>
    public LedgerApiClient One => _all is [var one]
        ? one
        : throw new CliException("One ledger can be watched at a time: give one --url");

    /// <summary>The newest of all.</summary>
    /// <param name="route">Without limit and cursor.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public async Task<List<JsonElement>> List(string route, int limit, CancellationToken cancellationToken)
    {
        var lists = await Task.WhenAll(_all.Select(ledger => ledger.List(route, limit, cancellationToken)));
        return lists is [var one]
            ? one
            : [.. lists.SelectMany(list => list).OrderByDescending(run => run.Time("createdAt")).Take(limit)];
    }

    /// <summary>The ledger that has the run.</summary>
    /// <exception cref="CliException">None has, or more than one.</exception>
    public async Task<LedgerApiClient> HolderOf(Guid run, CancellationToken cancellationToken)
    {
        if (_all is [var one])
            return one;
        var has = await Task.WhenAll(_all.Select(ledger => Has(ledger, run, cancellationToken)));
        return _all.Where((_, ledger) => has[ledger]).ToList() switch
        {
            [var holder] => holder,
            [] => throw new CliException($"None of the {_all.Length} ledgers has a run {run}", ExitCodes.Failure),
            var several => throw new CliException(
                $"Each of {string.Join(" and ", several.Select(ledger => ledger.DisplayAddress))} has a part of the "
                + $"run {run}: not all its messages had its id as their routing key. Ask one at a time",
                ExitCodes.Failure),
        };
    }

    public void Dispose()
    {
        foreach (var ledger in _all)
            ledger.Dispose();
    }

    static async Task<bool> Has(LedgerApiClient ledger, Guid run, CancellationToken cancellationToken)
    {
        try
        {
            await ledger.Get($"api/runs/{run}", cancellationToken);
            return true;
        }
        catch (CliException e) when (e.ExitCode == ExitCodes.Failure)
        {
            return false;
        }
    }
}
