using Microsoft.EntityFrameworkCore;
using RunLedger.Service.Database;

namespace RunLedger.Service.Standby;

/// <summary>The contexts through which every feature reads, each of where its answer is read from.</summary>
sealed class StandbyContexts(IDbContextFactory<LedgerDb> primary, IDbContextFactory<LedgerDb> standby)
    : IDbContextFactory<LedgerDb>
{
    public LedgerDb CreateDbContext() => (ReadSource.Current?.IsStandby == true ? standby : primary).CreateDbContext();
}
