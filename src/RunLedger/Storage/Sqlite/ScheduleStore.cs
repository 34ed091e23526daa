using System.Text.Json;
using RunLedger.Folding;
using RunLedger.Scheduling;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Sqlite;

/// <summary>
/// Scheduled messages in the embedded file. Only one process writes it, so what is claimed is remembered in memory and
/// the file is free while messages are sent.
/// </summary>
sealed class ScheduleStore(LedgerStore store) : IScheduleStore
{
    readonly Lock _claiming = new();
    readonly HashSet<Guid> _claimed = [];

    public Task Write(ScheduleChanges changes, DateTime now, CancellationToken cancellationToken) =>
        Run(
            commands =>
            {
                ScheduleSql.Add(commands, changes.Rows);
                ScheduleSql.Cancel(commands, changes.Cancelled, now);
                ScheduleSql.Pause(commands, changes.Paused, now);
            },
            cancellationToken);

    public async Task<IScheduleClaim> Claim(
        DateTime now, int limit, ClaimFilter which, CancellationToken cancellationToken)
    {
        var rows = await store.Use(
            commands =>
            {
                lock (_claiming)
                    return Due(commands, now, limit, which);
            },
            cancellationToken);
        return new Claimed(this, rows);
    }

    public Task<DateTime?> NextDue(ClaimFilter which, CancellationToken cancellationToken) => store.Use(
        commands =>
        {
            DateTime? next = null;
            commands.Read(
                ScheduleSql.Next,
                reader => next = reader.GetTime(0),
                ("$recurring", Ids(which.Recurring)), ("$waiting", Ids(which.Waiting)));
            return next;
        },
        cancellationToken);

    public Task Register(IReadOnlyCollection<ScheduledRow> recurring, CancellationToken cancellationToken) => Run(
        commands =>
        {
            foreach (var row in recurring)
                ScheduleSql.Register(commands, row);
        },
        cancellationToken);

    public Task Forget(DateTime now, CancellationToken cancellationToken) => Run(
        commands => commands.Run(
            "delete from scheduled_message where cancelled_at is not null and due_at <= $now",
            ("$now", LedgerTime.Text(now))),
        cancellationToken);

    List<ScheduledRow> Due(SqliteCommands commands, DateTime now, int limit, ClaimFilter which)
    {
        var due = new List<ScheduledRow>();
        commands.Read(
            ScheduleSql.Heads,
            reader => due.Add(ScheduledRow.Read(reader)),
            ("$now", LedgerTime.Text(now)), ("$limit", limit), ("$recurring", Ids(which.Recurring)),
            ("$waiting", Ids(which.Waiting)), ("$claimed", Ids(_claimed)));
        _claimed.UnionWith(due.Select(row => row.Token));
        var runs = due.Where(row => row.RunId is not null).Select(row => row.RunId!.Value).ToList();
        if (runs.Count == 0)
            return due;
        commands.Read(
            ScheduleSql.Followers,
            reader => due.Add(ScheduledRow.Read(reader)),
            ("$runs", Ids(runs)), ("$now", LedgerTime.Text(now)), ("$limit", limit), ("$claimed", Ids(_claimed)));
        _claimed.UnionWith(due.Select(row => row.Token));
        return due;
    }

    static string Ids(IEnumerable<Guid> ids) => JsonSerializer.Serialize(ids);

    Task<bool> Run(Action<SqliteCommands> work, CancellationToken cancellationToken) => store.Use(
        commands =>
        {
            work(commands);
            return true;
        },
        cancellationToken);

    Task<bool> Sealed(Func<SqliteCommands, LeafList?, bool> work, CancellationToken cancellationToken) =>
        store.Seal(work, cancellationToken);

    sealed class Claimed(ScheduleStore store, List<ScheduledRow> rows) : IScheduleClaim
    {
        public IReadOnlyList<ScheduledRow> Rows => rows;

        public Task Settle(ClaimResult result, CancellationToken cancellationToken) =>
            store.Sealed(
                (commands, leaves) =>
                {
                    ScheduleSql.Settle(commands, leaves, rows, result);
                    return true;
                },
                cancellationToken);

        public ValueTask DisposeAsync()
        {
            lock (store._claiming)
                store._claimed.ExceptWith(rows.Select(row => row.Token));
            return ValueTask.CompletedTask;
        }
    }
}
