using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cronos;
using MassTransit.Scheduling;
using RunLedger.Folding;
using TimeZoneConverter;
using UUIDNext;

namespace RunLedger.Scheduling;

/// <summary>When a recurring message of somebody's is sent: the column <c>schedule</c>.</summary>
sealed record CronSchedule
{
    /// <summary>What is later than this was missed.</summary>
    static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    /// <summary>MassTransit's integrations name their triggers so, and take both.</summary>
    const string TriggerPrefix = "Recurring.Trigger.";

    static readonly Guid Namespace = Uuid.NewNameBased(Uuid.Namespace.URL, "urn:run-ledger:schedule");

    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    public required string Id { get; init; }
    public required string Group { get; init; }

    /// <summary>As it was given.</summary>
    public required string Cron { get; init; }

    /// <summary>As it was given; none is UTC.</summary>
    public string? Zone { get; init; }

    /// <summary>UTC, with six decimals, so that the text's order is that of the times.</summary>
    public required string Start { get; init; }
    public DateTime? End { get; init; }
    public MissedEventPolicy Missed { get; init; }
    public string? Description { get; init; }

    /// <summary>Names the row of the schedule.</summary>
    [JsonIgnore]
    public Guid Token => TokenOf(Group, Id);

    /// <summary>What was sent is read, so that what cannot be is said to who sent it.</summary>
    /// <exception cref="UnschedulableException">It cannot be read.</exception>
    public static CronSchedule Of(RecurringSchedule? schedule)
    {
        if (schedule is null)
            throw new UnschedulableException("It has no Schedule.");
        if (string.IsNullOrWhiteSpace(schedule.ScheduleId))
            throw new UnschedulableException("Its schedule has no ScheduleId.");
        if (string.IsNullOrWhiteSpace(schedule.CronExpression))
            throw new UnschedulableException("Its schedule has no CronExpression.");
        Storable(schedule.ScheduleId, "ScheduleId");
        Storable(schedule.ScheduleGroup, "ScheduleGroup");
        Storable(schedule.Description, "Description");
        if (!Enum.IsDefined(schedule.MisfirePolicy))
        {
            throw new UnschedulableException("The MisfirePolicy of its schedule is not known: send one of "
                + $"{string.Join(", ", Enum.GetNames<MissedEventPolicy>())}, or its number.");
        }

        var read = new CronSchedule
        {
            Id = Plain(schedule.ScheduleId),
            Group = schedule.ScheduleGroup ?? "",
            Cron = schedule.CronExpression,
            Zone = string.IsNullOrWhiteSpace(schedule.TimeZoneId) ? null : schedule.TimeZoneId,
            Start = LedgerTime.Text(schedule.StartTime.UtcDateTime),
            End = schedule.EndTime?.UtcDateTime,
            Missed = schedule.MisfirePolicy,
            Description = schedule.Description,
        };
        QuartzCron.Read(read.Cron);
        read.TimeZone();
        return read;
    }

    public static Guid TokenOf(string? group, string? id) =>
        Uuid.NewNameBased(Namespace, $"{group}\n{Plain(id ?? "")}");

    public static CronSchedule Read(string json) => JsonSerializer.Deserialize<CronSchedule>(json, Options)!;

    public string Json() => JsonSerializer.Serialize(this, Options);

    /// <summary>
    /// When it is due first; null when its end comes before. What passed before it was asked for is not.
    /// </summary>
    public DateTime? First(DateTime now)
    {
        var start = DateTime.Parse(Start, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
        return Next(start > now ? start : now, inclusive: true);
    }

    /// <summary>When it is due after it was due: never in the past. Null when that is its end.</summary>
    public DateTime? Next(DateTime due, DateTime now) => Next(due > now ? due : now, inclusive: false);

    /// <summary>Whether what was due then is sent now all the same.</summary>
    public bool Sends(DateTime due, DateTime now) => Missed != MissedEventPolicy.Skip || now - due <= Tolerance;

    DateTime? Next(DateTime from, bool inclusive)
    {
        var next = QuartzCron.Read(Cron).GetNextOccurrence(from, TimeZone(), inclusive);
        return next > End ? null : next;
    }

    /// <summary>The zone of a name of IANA's or Windows'; none is UTC.</summary>
    /// <exception cref="UnschedulableException">There is no such zone.</exception>
    public static TimeZoneInfo ZoneOf(string? name) =>
        name is null ? TimeZoneInfo.Utc
        : TZConvert.TryGetTimeZoneInfo(name, out var zone) ? zone
        : throw new UnschedulableException($"The time zone '{name}' of its schedule is not known.");

    TimeZoneInfo TimeZone() => ZoneOf(Zone);

    static void Storable(string? text, string member)
    {
        if (text is not null && CanonicalJson.FaultOf(text) is { } fault)
            throw new UnschedulableException($"The {member} of its schedule {fault}.");
    }

    static string Plain(string id) =>
        id.StartsWith(TriggerPrefix, StringComparison.Ordinal) ? id[TriggerPrefix.Length..] : id;
}
