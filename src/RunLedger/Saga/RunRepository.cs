using System.Linq.Expressions;
using MassTransit;
using MassTransit.Context;
using MassTransit.Middleware;
using MassTransit.Saga;
using RunLedger.Batching;
using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Storage.Rows;
using RunLedger.Telemetry;

namespace RunLedger.Saga;

/// <summary>
/// MassTransit's saga repository over <see cref="GroupCommitter"/>. All that is awaited in Send happens before the
/// message is acknowledged, and Send returns when the batch its message is in is committed.
/// </summary>
sealed class RunRepository(
    GroupCommitter committer, ILedgerStore store, ObservationValidator door, Rejections rejections, TimeProvider time)
    : ISagaRepositoryContextFactory<Run>, ILoadSagaRepositoryContextFactory<Run>,
        IQuerySagaRepositoryContextFactory<Run>
{
    public async Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<Run, T>> next)
        where T : class
    {
        if (context.Message is DeadlineReached deadline)
        {
            await committer.Commit(deadline, rows => next.Send(new RunRepositoryContext<T>(context, rows)));
            return;
        }

        if (context.Message is not RunObservation message)
            throw new ArgumentException($"{typeof(T).Name} is no observation of a run.");
        if (!door.TryValidate(message, out var observation, out var reason))
        {
            await committer.Reject(rejections.Of(context.ReceiveContext, context.Headers, typeof(T).Name, reason));
            return;
        }

        // The batch may be taken again, and the run be back then.
        string? late = null;
        try
        {
            await committer.Commit(
                observation,
                rows =>
                {
                    late = null;
                    return next.Send(new RunRepositoryContext<T>(context, rows, observation));
                },
                why => rejections.Of(context.ReceiveContext, context.Headers, typeof(T).Name, late = why),
                context.SentTime,
                LedgerTrace.Of(context));
            if (late is not null)
                context.ReceiveContext.GetOrAddPayload(() => new LateObservation(late));
        }
        catch (NewerFoldException e)
        {
            throw await RequeueException.After(e, time, context.CancellationToken);
        }
    }

    public Task SendQuery<T>(
        ConsumeContext<T> context, ISagaQuery<Run> query, IPipe<SagaRepositoryQueryContext<Run, T>> next)
        where T : class =>
        throw new NotSupportedException("Runs are correlated by ProcessRunId only.");

    public Task<T> Execute<T>(
        Func<LoadSagaRepositoryContext<Run>, Task<T>> asyncMethod, CancellationToken cancellationToken)
        where T : class => asyncMethod(new Reader(store, cancellationToken));

    public Task<T> Execute<T>(
        Func<QuerySagaRepositoryContext<Run>, Task<T>> asyncMethod, CancellationToken cancellationToken)
        where T : class => asyncMethod(new Reader(store, cancellationToken));

    public void Probe(ProbeContext context)
    {
        var scope = context.CreateScope("sagaRepository");
        scope.Set(new { Persistence = "group commit", Store = store.GetType().Name });
    }

    /// <summary>Reads committed headers, for the saga test harness.</summary>
    sealed class Reader(ILedgerStore store, CancellationToken cancellationToken)
        : BasePipeContext(cancellationToken), LoadSagaRepositoryContext<Run>, QuerySagaRepositoryContext<Run>
    {
        public async Task<Run> Load(Guid correlationId)
        {
            var row = await store.Find(correlationId, CancellationToken);
            return row is null
                ? null!
                : new Run
                {
                    CorrelationId = row.ProcessRunId,
                    CurrentState = row.Status.ToString(),
                    Header = row.ToEntry(),
                };
        }

        public async Task<SagaRepositoryQueryContext<Run>> Query(
            ISagaQuery<Run> query, CancellationToken cancellationToken)
        {
            var ids = new CorrelationIds();
            ids.Visit(query.FilterExpression);
            if (ids.Found.Count == 0)
                throw new NotSupportedException("Runs are queried by CorrelationId, alone or with a state.");
            var runs = new List<Guid>();
            foreach (var id in ids.Found)
            {
                // An alias answers with the run it names.
                if (await Load(id) is { } run
                    && query.GetFilter()(new Run { CorrelationId = id, CurrentState = run.CurrentState }))
                    runs.Add(run.CorrelationId);
            }

            return new DefaultSagaRepositoryQueryContext<Run>(this, runs);
        }
    }

    /// <summary>The values an expression compares <c>CorrelationId</c> with.</summary>
    sealed class CorrelationIds : ExpressionVisitor
    {
        public HashSet<Guid> Found { get; } = [];

        protected override Expression VisitBinary(BinaryExpression node)
        {
            if (node.NodeType == ExpressionType.Equal)
            {
                Compare(node.Left, node.Right);
                Compare(node.Right, node.Left);
            }

            return base.VisitBinary(node);
        }

        void Compare(Expression member, Expression value)
        {
            if (member is MemberExpression { Member.Name: nameof(Run.CorrelationId), Expression: ParameterExpression })
                Found.Add(Expression.Lambda<Func<Guid>>(value).Compile()());
        }
    }
}
