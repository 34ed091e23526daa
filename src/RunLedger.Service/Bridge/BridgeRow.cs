using System.Globalization;
using System.Text;
using System.Text.Json;
using RunLedger.Contracts;
using RunLedger.Intake;
using UUIDNext;

namespace RunLedger.Service.Bridge;

/// <summary>
/// A row as PostgreSQL writes it in JSON. What is not as it must be is noted among the faults, by its column: so one
/// reason names every fault, and nothing is thrown.
/// </summary>
sealed class BridgeRow
{
    public const string Transaction = "transaction_id";

    /// <summary>In the namespace of URLs, so that anybody can compute the ids.</summary>
    static readonly Guid Space = Uuid.NewNameBased(Uuid.Namespace.URL, "https://run-ledger/bridge");

    static readonly StepCancelled Cancelled = Activator.CreateInstance<StepCancelled>();

    /// <summary>A job that is tried for ever is not told of for ever.</summary>
    const int SupersededAtMost = 32;

    static readonly JsonDocumentOptions Deep = new() { MaxDepth = ReadableJson.MaxDepth };

    readonly JsonElement _json;

    public BridgeRow(string json)
    {
        Payload = Encoding.UTF8.GetBytes(json);
        try
        {
            _json = JsonElement.Parse(Payload, Deep);
            if (ReadableJson.Fault(_json) is { } unreadable)
                Faults.Add(unreadable);
        }
        catch (JsonException e)
        {
            Faults.Add($"it cannot be read: {e.Message}");
        }
    }

    /// <summary>All of it, in UTF-8.</summary>
    public byte[] Payload { get; }

    public List<string> Faults { get; } = [];

    /// <summary>
    /// A blank observation with what every row says. The run is the one the row names, or that of its candidate and
    /// correlation, so that the rows of both sources meet in it.
    /// </summary>
    public RunObservation Fill(RunObservation blank, string timeColumn)
    {
        var (candidate, correlation) = (Required("process_candidate_code"), Required("correlation_id"));
        return blank with
        {
            ProcessRunId = Id("process_run_id") ?? Uuid.NewNameBased(Space, $"run\0{candidate}\0{correlation}"),
            ProcessCandidateCode = candidate,
            CorrelationId = correlation,
            SourceSystem = SourceSystems.JobQueue,
            OccurredAt = Time(timeColumn) ?? Missing(timeColumn),
            ParentRunId = Id("parent_run_id"),
        };
    }

    /// <summary>The attempt at the job that the row names.</summary>
    public StepObservation Step(StepObservation blank, string timeColumn) => Step(blank, timeColumn, Attempt);

    /// <summary>
    /// The attempts before the one that the row names: they are over. What ended one of them counts before this; a
    /// queue has no more to say of one whose worker died.
    /// </summary>
    public IEnumerable<StepObservation> Superseded(string timeColumn)
    {
        for (var before = Math.Max(1, Attempt - SupersededAtMost); before < Attempt; before++)
        {
            yield return Step(Cancelled, timeColumn, before) with
            {
                ErrorRef = $"attempt {Attempt} took its place, and its own end was not seen",
            };
        }
    }

    StepObservation Step(StepObservation blank, string timeColumn, int attempt)
    {
        var job = Job();
        return (StepObservation)Fill(blank, timeColumn) with
        {
            ComponentRunId = Uuid.NewNameBased(Space, $"component\0{job}\0{attempt}"),
            QueueJobId = job,
            DotCode = Text("dot_code"),
            ComponentRole = Text("component_role"),
            EventCode = Text("event_code"),
        };
    }

    /// <summary>
    /// The attempt that the row names, from 1: before a queue hands a job out for the first time it may say 0.
    /// </summary>
    public int Attempt => (int)Math.Clamp(Number("attempt") ?? 1, 1, int.MaxValue);

    /// <summary>
    /// Its id; of an id that is no UUID the UUIDv5 of it and of what counts its jobs: <c>source_name</c>, else the
    /// candidate, since a number need only be unique in its own queue.
    /// </summary>
    Guid Job()
    {
        var id = Required("queue_job_id");
        return Guid.TryParse(id, out var uuid)
            ? uuid
            : Uuid.NewNameBased(Space, $"job\0{Text("source_name") ?? Required("process_candidate_code")}\0{id}");
    }

    /// <summary>Null where it is NULL, or no column of the source.</summary>
    public string? Text(string column) => Member(column) is { } value ? value.ToString() : null;

    public string Required(string column) => Text(column) ?? Missing(column, "");

    public bool Is(string column) => Member(column)?.ValueKind == JsonValueKind.True;

    public JsonElement? Json(string column) => Member(column);

    public DateTimeOffset? Time(string column)
    {
        if (Text(column) is not { } text)
            return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time))
            return time;
        Faults.Add($"{column} {text} is no time the ledger can keep");
        return null;
    }

    Guid? Id(string column) => Text(column) is { } text ? Guid.Parse(text) : null;

    long? Number(string column) => Member(column)?.GetInt64();

    JsonElement? Member(string column) =>
        _json.ValueKind == JsonValueKind.Object
        && _json.TryGetProperty(column, out var value)
        && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    DateTimeOffset Missing(string column) => Missing(column, default(DateTimeOffset));

    T Missing<T>(string column, T instead)
    {
        if (!Faults.Any(fault => fault.StartsWith($"{column} ", StringComparison.Ordinal)))
            Faults.Add($"{column} is NULL");
        return instead;
    }
}
