using RunLedger.Service.Operations;

namespace RunLedger.Service.Reading;

/// <summary>What people did.</summary>
sealed class ActionQueries
{
    public Task<Page<OperatorAction>> ListAsync(PageKey? after, int limit, CancellationToken token) =>
        throw new NotImplementedException();

    public Task<OperatorAction?> FindAsync(Guid id, CancellationToken token) => throw new NotImplementedException();
}
