using System.Text.Json;
using RunLedger.Folding;
using RunLedger.Scheduling;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Sqlite;

/// <summary>
/// Scheduled messages in the embedded file. Only one process writes it, so what is claimed is remembered in memory and
/// the file is free while messages are sent.
/// </summary>
sealed class SqliteScheduleStore(SqliteStore store) : IScheduleStore
{
    readonly Lock _claiming = new();
    readonly HashSet<Guid> _claimed = [];

    public Task Write(
        IReadOnlyCollection<ScheduledRow> rows, IReadOnlyCollection<Cancellation> cancelled, DateTime now,
        CancellationToken cancellationToken) =>
        Run(
            commands =>
            {
                SqliteSchedule.Add(commands, rows);
                SqliteSchedule.Cancel(commands, cancelled, now);
            },
            cancellationToken);

    public async Task<IScheduleClaim> Claim(
        DateTime now, int limit, Claimable which, CancellationToken cancellationToken)
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

    public Task<DateTime?> NextDue(Claimable which, CancellationToken cancellationToken) => store.Use(
        commands =>
        {
            DateTime? next = null;
            commands.Read(
                SqliteSchedule.Next,
                reader => next = SqliteSchedule.Time(reader.GetString(0)),
                ("$recurring", Ids(which.Recurring)), ("$waiting", Ids(which.Waiting)));
            return next;
        },
        cancellationToken);

    public Task Register(IReadOnlyCollection<ScheduledRow> recurring, CancellationToken cancellationToken) => Run(
        commands =>
        {
            foreach (var row in recurring)
                SqliteSchedule.Register(commands, row);
        },
        cancellationToken);

    public Task Forget(DateTime now, CancellationToken cancellationToken) => Run(
        commands => commands.Run(
            "delete from scheduled_message where cancelled_at is not null and due_at <= $now", ("$now", Micros.Text(now))),
        cancellationToken);

    List<ScheduledRow> Due(SqliteCommands commands, DateTime now, int limit, Claimable which)
    {
        var due = new List<ScheduledRow>();
        commands.Read(
            SqliteSchedule.Heads,
            reader => due.Add(SqliteSchedule.Read(reader)),
            ("$now", Micros.Text(now)), ("$limit", limit), ("$recurring", Ids(which.Recurring)),
            ("$waiting", Ids(which.Waiting)), ("$claimed", Ids(_claimed)));
        _claimed.UnionWith(due.Select(row => row.Token));
        var runs = due.Where(row => row.RunId is not null).Select(row => row.RunId!.Value).ToList();
        if (runs.Count == 0)
            return due;
        commands.Read(
            SqliteSchedule.Followers,
            reader => due.Add(SqliteSchedule.Read(reader)),
            ("$runs", Ids(runs)), ("$now", Micros.Text(now)), ("$limit", limit), ("$claimed", Ids(_claimed)));
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

    sealed class Claimed(SqliteScheduleStore store, List<ScheduledRow> rows) : IScheduleClaim
    {
        public IReadOnlyList<ScheduledRow> Rows => rows;

        public Task Settle(Settlement settlement, CancellationToken cancellationToken) =>
            store.Run(commands => SqliteSchedule.Settle(commands, rows, settlement), cancellationToken);

        public ValueTask DisposeAsync()
        {
            lock (store._claiming)
                store._claimed.ExceptWith(rows.Select(row => row.Token));
            return ValueTask.CompletedTask;
        }
    }
}
