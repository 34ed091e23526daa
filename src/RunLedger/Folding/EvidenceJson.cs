using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RunLedger.Deadlines;

namespace RunLedger.Folding;

/// <summary>
/// <c>evidence_ref</c>: per contract the evidence that counts, and, derived anew each time, what disagrees and what
/// looks wrong, in words an operator understands.
/// </summary>
static class EvidenceJson
{
    /// <summary>Publishers' clocks differ; less than this is not worth a word.</summary>
    const long SkewTolerance = 1_000_000;

    static readonly JsonWriterOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>The column, or null where there is nothing to say.</summary>
    /// <param name="fold">What is known of the row.</param>
    /// <param name="of">What the row is of: "candidate" for a run, "run" for a component.</param>
    public static string? Write(Fold fold, string of)
    {
        var conflicts = Conflicts(fold, of);
        var warnings = Warnings(fold);
        var proofs = ReferenceEquals(fold.Evidence, Fold.NoEvidence) ? [] : fold.Evidence;
        var flags = fold.Deadlines?.Flags ?? [];
        if (conflicts.Count == 0 && warnings.Count == 0 && proofs.Length == 0 && flags.Count == 0)
            return null;

        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            if (proofs.Length > 0)
                WriteProofs(json, proofs);
            WriteTexts(json, "conflicts", conflicts);
            WriteTexts(json, "warnings", warnings);
            FlagJson.Write(json, flags);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The evidence of each contract out of a stored column; ranks are the fold's.</summary>
    public static IEnumerable<(Contract Contract, string Json)> Read(string? column)
    {
        if (column is null)
            yield break;
        using var document = JsonDocument.Parse(column);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("from", out var from)
            || from.ValueKind != JsonValueKind.Object)
            yield break;
        foreach (var proof in from.EnumerateObject())
        {
            if (Enum.TryParse<Contract>(proof.Name, out var contract)
                && proof.Value.ValueKind == JsonValueKind.Object
                && proof.Value.TryGetProperty("value", out var value))
                yield return (contract, value.GetRawText());
        }
    }

    static List<string> Conflicts(Fold fold, string of)
    {
        var said = new List<string>();
        if (!fold.Endings.IsEmpty)
        {
            var kept = fold.Endings.First;
            foreach (var lost in fold.Endings.Losers)
            {
                said.Add($"also reported {lost.Status.Text()} at {LedgerTime.Text(lost.At)}; "
                    + $"{kept.Status.Text()} at {LedgerTime.Text(kept.At)} counts");
            }

            if (fold.Endings.More)
                said.Add($"{LeastSet<Ending>.MaxLosers}+ other ends were reported; the earliest counts");
        }

        var identity = fold.Identities.First;
        foreach (var other in fold.Identities.Losers)
        {
            said.Add($"also said to be of {of} {other.Of}, correlation {other.Correlation}, source {other.Source} "
                + $"by {other.Rank.Key.Contract} at {LedgerTime.Text(other.Rank.Key.At)}; {of} {identity.Of}, "
                + $"correlation {identity.Correlation}, source {identity.Source} counts");
        }

        if (fold.Identities.More)
            said.Add($"{LeastSet<Identity>.MaxLosers}+ other identities were reported; the best source counts");
        return said;
    }

    static List<string> Warnings(Fold fold)
    {
        var said = new List<string>();
        if (fold.StartedAt is { } started)
        {
            if (!fold.Endings.IsEmpty && fold.Endings.First.At < started)
            {
                said.Add($"ended at {LedgerTime.Text(fold.Endings.First.At)}, before it started at "
                    + $"{LedgerTime.Text(started)}: the clocks of its publishers disagree");
            }
            else if (fold.FirstAt < started - SkewTolerance)
            {
                said.Add($"observed at {LedgerTime.Text(fold.FirstAt)}, before it started at {LedgerTime.Text(started)}: "
                    + "the clocks of its publishers disagree");
            }
        }

        if (!fold.Endings.IsEmpty && fold.LastAt > fold.Endings.First.At + SkewTolerance)
        {
            said.Add($"observed at {LedgerTime.Text(fold.LastAt)}, after it ended at "
                + $"{LedgerTime.Text(fold.Endings.First.At)}");
        }

        if (!fold.Endings.IsEmpty && fold.Deadlines?.Open(FlagKind.Orphan) is not null)
            said.Add($"its parent {fold.Registers[(int)RegisterColumn.ParentRunId].Value} was never observed");
        return said;
    }

    static void WriteProofs(Utf8JsonWriter json, Proof[] proofs)
    {
        json.WriteStartObject("from");
        for (var i = 0; i < proofs.Length; i++)
        {
            if (proofs[i].Json is not { } value)
                continue;
            json.WriteStartObject(((Contract)i).ToString());
            json.WriteString("at", LedgerTime.Text(proofs[i].Key.At));
            json.WritePropertyName("value");
            json.WriteRawValue(value, skipInputValidation: true);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    static void WriteTexts(Utf8JsonWriter json, string name, List<string> texts)
    {
        if (texts.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
