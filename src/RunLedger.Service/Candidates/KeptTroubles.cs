using RunLedger.Service.Standby;
using RunLedger.Storage;

namespace RunLedger.Service.Candidates;

/// <summary>What is open about all candidates: read for every page, so it is kept for two seconds.</summary>
sealed class KeptTroubles(LastAction actions, TimeProvider time) : IDisposable
{
    readonly Kept<CandidateTroubles> _kept = new(TimeSpan.FromSeconds(2), actions, time);

    public Task<CandidateTroubles> Read(LedgerSql sql, DateTime now, CancellationToken cancellationToken) =>
        _kept.Find(token => CandidateTroubles.Read(sql, now, token), cancellationToken);

    public void Dispose() => _kept.Dispose();
}
