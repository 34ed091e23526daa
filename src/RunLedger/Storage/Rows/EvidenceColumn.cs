using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RunLedger.Deadlines;
using RunLedger.Folding;

namespace RunLedger.Storage.Rows;

/// <summary>
/// <c>evidence_ref</c>: per contract the evidence that counts, and, derived anew each time, what disagrees and what
/// looks wrong, in words an operator understands, and which attempts there were.
/// </summary>
static class EvidenceColumn
{
    const int DroppedNamed = 3;

    static readonly JsonWriterOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>The column, or null where there is nothing to say.</summary>
    /// <param name="entry">What is known of the row.</param>
    /// <param name="of">What the row is of: "candidate" for a run, "run" for a component.</param>
    public static string? Write(LedgerEntry entry, string of)
    {
        var fold = entry.Fold;
        var conflicts = Disagreements.Conflicts(fold, of);
        var warnings = Disagreements.Warnings(fold);
        if (!fold.Endings.IsEmpty && entry.Deadlines?.Open(FlagKind.Orphan) is not null)
            warnings.Add($"its parent {fold.Registers[(int)RegisterColumn.ParentRunId].Value} was never observed");
        var proofs = ReferenceEquals(fold.Evidence, Fold.NoEvidence) ? [] : fold.Evidence;
        foreach (var proof in proofs)
            WarnOfDropped(proof, warnings);
        if (Shortened(fold) is { } shortened)
        {
            warnings.Add("longer than the ledger keeps, so that it ends in the hash of the whole: "
                + string.Join(", ", shortened));
        }

        var flags = entry.Deadlines?.Flags ?? [];
        if (conflicts.Count == 0 && warnings.Count == 0 && proofs.Length == 0 && flags.Count == 0
            && fold.Attempt == 1)
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
            if (fold.Attempt > 1)
                WriteAttempts(json, fold);
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

    // The one that counts, and of those before it when each began and how it ended: the newest first.
    static void WriteAttempts(Utf8JsonWriter json, Fold fold)
    {
        json.WriteNumber("attempt", fold.Attempt);
        var any = false;
        foreach (var past in fold.Past.Members)
        {
            // It was seen, and nothing more: there is nothing to say of it.
            if (past is { StartedAt: null, End: null })
                continue;
            if (!any)
                json.WriteStartArray("attempts");
            any = true;
            json.WriteStartObject();
            json.WriteNumber("attempt", past.Number);
            if (past.End is { } end)
                json.WriteString("status", end.Status.Text());
            if (past.StartedAt is { } started)
                json.WriteString("startedAt", LedgerTime.Text(started));
            if (past.End is { } ended)
                json.WriteString("endedAt", LedgerTime.Text(ended.At));
            if (past.OutputRef is not null)
                json.WriteString("outputRef", past.OutputRef);
            if (past.ErrorRef is not null)
                json.WriteString("errorRef", past.ErrorRef);
            json.WriteEndObject();
        }

        if (any)
            json.WriteEndArray();
        if (fold.Past.More)
            json.WriteBoolean("moreAttempts", true);
    }

    // Every row that is written comes by here, and hardly one has such a name.
    static List<string>? Shortened(Fold fold)
    {
        var identity = fold.Identities.First;
        List<string>? names = null;
        foreach (var (name, text) in (ReadOnlySpan<(string, string?)>)
            [
                ("ProcessCandidateCode", identity.Of), ("CorrelationId", identity.Correlation),
                (nameof(fold.OutputRef), fold.OutputRef), (nameof(fold.ErrorRef), fold.ErrorRef),
            ])
        {
            if (ShortText.IsShortened(text))
                (names ??= []).Add(name);
        }

        for (var column = 0; column < fold.Registers.Length; column++)
        {
            if (ShortText.IsShortened(fold.Registers[column].Value))
                (names ??= []).Add(((RegisterColumn)column).ToString());
        }

        return names;
    }

    /// <summary>What of an observation was not kept, or not as it came: its evidence says so.</summary>
    static void WarnOfDropped(Proof proof, List<string> warnings)
    {
        // Without what follows the name: jsonb gives it back with a space. What is deeper may have such a member too.
        if (proof.Json is not { } value || !value.Contains($"\"{Proof.Dropped}\"", StringComparison.Ordinal))
            return;
        using var document = JsonDocument.Parse(value);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty(Proof.Dropped, out var dropped)
            || dropped.ValueKind != JsonValueKind.Array)
            return;
        var (at, more) = (LedgerTime.Text(proof.Key.At), dropped.GetArrayLength() - DroppedNamed);
        warnings.AddRange(dropped.EnumerateArray().Take(DroppedNamed)
            .Select(part => $"{proof.Key.Contract} at {at} was taken without a part of it, or mended: {part}"));
        if (more > 0)
            warnings.Add($"{proof.Key.Contract} at {at} was taken without {more} other parts: see its evidence");
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
