using System.Text.Json;
using RunLedger.Contracts;

namespace RunLedger.Service.Dossier;

/// <summary>What was set aside, by whether its body names a candidate.</summary>
sealed class RejectedTally(string candidate)
{
    readonly Dictionary<string, long> _states = [];
    long _unknown, _lookedAt;

    public void Add(byte[] payload, string state)
    {
        _lookedAt++;
        var named = Candidates(payload);
        if (named.Count == 0)
            _unknown++;
        else if (named.Contains(candidate))
            _states[state] = _states.GetValueOrDefault(state) + 1;
    }

    /// <param name="all">How many there are, looked at or not.</param>
    public RejectedFigures Figures(long all) => new()
    {
        // One that is being sent again is not gone yet.
        Open = _states.GetValueOrDefault("open") + _states.GetValueOrDefault("resending"),
        Resent = _states.GetValueOrDefault("resent"),
        Discarded = _states.GetValueOrDefault("discarded"),
        OfUnknownCandidate = _unknown,
        LookedAt = _lookedAt,
        NotLookedAt = Math.Max(0, all - _lookedAt),
    };

    /// <summary>
    /// The values of the member, wherever it is: a body may be an envelope, hold many observations, or end anywhere.
    /// </summary>
    static HashSet<string> Candidates(byte[] payload)
    {
        HashSet<string> named = [];
        try
        {
            var json = new Utf8JsonReader(payload, isFinalBlock: false, new(new() { MaxDepth = 1_000 }));
            for (var next = false; json.Read();)
            {
                if (next && json.TokenType == JsonTokenType.String)
                    named.Add(json.GetString()!);
                next = json.TokenType == JsonTokenType.PropertyName && string.Equals(
                    json.GetString(), nameof(RunObservation.ProcessCandidateCode), StringComparison.OrdinalIgnoreCase);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // What is no JSON from here on may have named one before.
        }

        return named;
    }
}
