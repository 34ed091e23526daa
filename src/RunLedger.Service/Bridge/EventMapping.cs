using RunLedger.Contracts;
using RunLedger.Folding;

namespace RunLedger.Service.Bridge;

/// <summary>What an event of the outbox says: its type is the name of a contract.</summary>
static class EventMapping
{
    /// <summary>Blank ones: <c>with</c> keeps the contract and fills in the members, the required ones too.</summary>
    static readonly Dictionary<string, RunObservation> Blank = ContractMap.Folded.ToDictionary(
        name => name,
        name => (RunObservation)Activator.CreateInstance(ContractMap.TypeOf(name)!)!,
        StringComparer.Ordinal);

    public static IEnumerable<RunObservation> Of(BridgeRow row)
    {
        var type = row.Required("event_type");
        if (!Blank.TryGetValue(type, out var blank))
        {
            row.Faults.Add($"event_type '{type}' is not known: give one of {string.Join(", ", Blank.Keys)}");
            return [];
        }

        var observation = blank is StepObservation step
            ? row.Step(step, "occurred_at")
            : row.Fill(blank, "occurred_at");
        return
        [
            // Who starts an attempt says that those before it are over.
            .. observation is StepObservation ? row.Superseded("occurred_at") : [],
            observation with
            {
                Attempt = observation is StepObservation || row.Attempt == 1 ? null : row.Attempt,
                IdempotencyKey = row.Text("idempotency_key"),
                InputRef = row.Text("input_ref"),
                OutputRef = row.Text("output_ref"),
                ErrorRef = row.Text("error_ref"),
                EvidenceRef = row.Json("evidence"),
            },
        ];
    }
}
