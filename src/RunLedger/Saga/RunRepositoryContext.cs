using MassTransit;
using MassTransit.Context;
using MassTransit.Saga;
using RunLedger.Batching;
using RunLedger.Scheduling;

namespace RunLedger.Saga;

/// <summary>
/// One message's view of its batch: hands the machine an instance over the rows as they are now, and takes the rows
/// back when the machine is done. Nothing is written here.
/// </summary>
sealed class RunRepositoryContext<T> : ConsumeContextScope<T>, SagaRepositoryContext<Run, T>
    where T : class
{
    readonly MessageRows _rows;

    public RunRepositoryContext(ConsumeContext<T> context, MessageRows rows, params object[] payloads)
        : base(context, payloads)
    {
        _rows = rows;
    }

    public Task<SagaConsumeContext<Run, T>> Load(Guid correlationId) =>
        _rows.Run is null
            ? Task.FromResult<SagaConsumeContext<Run, T>>(null!)
            : Of(new Run
            {
                CorrelationId = _rows.Run.Fold.Id,
                CurrentState = _rows.Run.RunStatus.ToString(),
                Header = _rows.Run,
                Component = _rows.Component,
            });

    public Task<SagaConsumeContext<Run, T>> Add(Run instance)
    {
        instance.Component = _rows.Component;
        return Of(instance);
    }

    // Only for policies with InsertOnInitial, which this saga does not use.
    public Task<SagaConsumeContext<Run, T>> Insert(Run instance) =>
        Task.FromResult<SagaConsumeContext<Run, T>>(null!);

    public Task Save(SagaConsumeContext<Run> context) => Keep(context.Saga);

    public Task Update(SagaConsumeContext<Run> context) => Keep(context.Saga);

    public Task Delete(SagaConsumeContext<Run> context) =>
        throw new NotSupportedException("A run is evidence: the machine never removes one.");

    public Task Discard(SagaConsumeContext<Run> context) => Task.CompletedTask;

    public Task Undo(SagaConsumeContext<Run> context) => Task.CompletedTask;

    public Task<SagaConsumeContext<Run, TMessage>> CreateSagaConsumeContext<TMessage>(
        ConsumeContext<TMessage> consumeContext, Run instance, SagaConsumeContextMode mode)
        where TMessage : class =>
        Task.FromResult<SagaConsumeContext<Run, TMessage>>(
            new DefaultSagaConsumeContext<Run, TMessage>(consumeContext, instance));

    Task<SagaConsumeContext<Run, T>> Of(Run instance) =>
        Task.FromResult<SagaConsumeContext<Run, T>>(new DefaultSagaConsumeContext<Run, T>(this, instance));

    Task Keep(Run instance)
    {
        _rows.Run = instance.Header;
        _rows.Component = instance.Component;
        _rows.Outbox = instance.Notices.ConvertAll(OutboxMessage.From);
        return Task.CompletedTask;
    }
}
