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
    public StepObservation Step(StepObservation blank, string timeColumn)
    {
        var job = Job();
        return (StepObservation)Fill(blank, timeColumn) with
        {
            ComponentRunId = Uuid.NewNameBased(Space, $"component\0{job}\0{Number("attempt") ?? 1}"),
            QueueJobId = job,
            DotCode = Text("dot_code"),
            ComponentRole = Text("component_role"),
            EventCode = Text("event_code"),
        };
    }

    /// <summary>Its id; of an id that is no UUID the UUIDv5.</summary>
    public Guid Job()
    {
        var id = Required("queue_job_id");
        return Guid.TryParse(id, out var uuid) ? uuid : Uuid.NewNameBased(Space, $"job\0{id}");
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
