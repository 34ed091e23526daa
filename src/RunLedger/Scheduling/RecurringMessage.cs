using RunLedger.Folding;
using RunLedger.Storage.Rows;
using UUIDNext;

namespace RunLedger.Scheduling;

/// <summary>
/// A message that is sent again and again, once per cluster however many replicas register it: its row is one, and who
/// sends it moves it on in the same transaction. Times that were missed are caught up with one message.
/// </summary>
sealed record RecurringMessage
{
    static readonly Guid Namespace = Uuid.NewNameBased(Uuid.Namespace.URL, "urn:run-ledger:recurring");

    /// <param name="name">The job, for ever: its token is made of it.</param>
    /// <param name="every">A change of it takes effect at the next start.</param>
    /// <param name="destination">An address of the bus.</param>
    /// <param name="make">Makes the message, given when it was due.</param>
    public RecurringMessage(string name, TimeSpan every, Uri destination, Func<DateTimeOffset, object> make)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(every, TimeSpan.FromMilliseconds(1));
        Token = TokenOf(name);
        (Name, Every, Destination, Make) = (name, every, destination, make);
    }

    public Guid Token { get; }
    public string Name { get; }
    public TimeSpan Every { get; }
    public Uri Destination { get; }
    public Func<DateTimeOffset, object> Make { get; }

    /// <summary>The token of the row of this job.</summary>
    public static Guid TokenOf(string name) => Uuid.NewNameBased(Namespace, name);

    /// <summary>The row with which it is registered: due one period from now.</summary>
    public ScheduledRow Row(DateTime now) => new()
    {
        Token = Token,
        DueAt = LedgerTime.Time(LedgerTime.Of(now + Every)),
        SentAt = now,
        Destination = Destination.ToString(),
        RepeatEvery = Every,
    };

    /// <summary>The same message for every attempt at one due time.</summary>
    public static Guid MessageId(ScheduledRow row) => Uuid.NewNameBased(row.Token, LedgerTime.Text(row.DueAt));

    /// <summary>The next time on the row's beat that is not past; null when it is not sent again.</summary>
    public static DateTime? Next(ScheduledRow row, DateTime now)
    {
        if (row.Schedule is not null)
            return CronSchedule.Read(row.Schedule).Next(row.DueAt, now);
        if (row.RepeatEvery is not { } every)
            return null;
        var beats = now < row.DueAt ? 1 : ((now - row.DueAt).Ticks / every.Ticks) + 1;
        return LedgerTime.Time(LedgerTime.Of(row.DueAt + (every * beats)));
    }
}
