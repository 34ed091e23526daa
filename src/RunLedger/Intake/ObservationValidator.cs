using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using RunLedger.Contracts;
using RunLedger.Folding;

namespace RunLedger.Intake;

/// <summary>
/// What may enter the fold. Everything the tables could refuse is refused here, with a reason its sender can act on, or
/// is shortened; after the door an observation can always be stored.
/// </summary>
sealed class ObservationValidator(RunLedgerOptions options, TimeProvider time)
{
    static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    static readonly TimeSpan Ahead = TimeSpan.FromHours(24);

    // Evidence is stored, not shown in a page: nothing is escaped but what JSON demands, and, as no encoder of .NET
    // spares them, characters beyond the first 65,536.
    static readonly JsonWriterOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Lets a message in, or says why not.</summary>
    public bool TryValidate(RunObservation message, out Observation observation, out string reason)
    {
        observation = null!;
        reason = "";
        try
        {
            observation = Validate(message);
            return true;
        }
        catch (FormatException e)
        {
            reason = e.Message;
            return false;
        }
    }

    /// <summary>Why a definition cannot be kept; null when it can.</summary>
    public string? FaultOf(ProcessDefined defined)
    {
        try
        {
            Code(defined.ProcessCandidateCode, "processCandidateCode", required: true);
            Code(defined.ProcessDefinitionCode, "processDefinitionCode", required: true);
            InTime(defined.OccurredAt);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    Observation Validate(RunObservation sent)
    {
        var m = ShortText.Shorten(sent);
        NotEmpty(m.ProcessRunId, "processRunId");
        NotEmpty(m.ParentRunId, "parentRunId");
        Code(m.ProcessCandidateCode, "processCandidateCode", required: true);
        Code(m.CorrelationId, "correlationId", required: true);
        OneOf(m.SourceSystem, SourceSystems.All, "sourceSystem");
        Code(m.IdempotencyKey, "idempotencyKey");
        Text(m.InputRef, "inputRef");
        Text(m.OutputRef, "outputRef");
        Text(m.ErrorRef, "errorRef");
        if (m is StepObservation step)
        {
            NotEmpty(step.ComponentRunId, "componentRunId");
            NotEmpty(step.QueueJobId, "queueJobId");
            Code(step.DotCode, "dotCode");
            Code(step.EventCode, "eventCode");
            if (step.ComponentRole is not null)
                OneOf(step.ComponentRole, ComponentRoles.All, "componentRole");
        }

        InTime(m.OccurredAt);
        var evidence = Evidence(m.EvidenceRef);
        var contract = ContractMap.Of(m);
        var at = LedgerTime.Of(m.OccurredAt);
        return new Observation(m, new OrderKey(at, contract, Hash(m, contract, at, evidence)), evidence);
    }

    string? Evidence(JsonElement? value)
    {
        if (value is not { } element || element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            return null;
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Plain))
        {
            try
            {
                CanonicalJson.Write(writer, element);
            }
            catch (FormatException e)
            {
                throw new FormatException($"evidenceRef {e.Message}");
            }
        }

        if (buffer.WrittenCount > options.MaxEvidenceBytes)
        {
            throw new FormatException(
                $"evidenceRef has {buffer.WrittenCount:N0} bytes, more than the {options.MaxEvidenceBytes:N0} allowed: "
                + "store it elsewhere and send a reference");
        }

        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    static UInt128 Hash(RunObservation m, Contract contract, long at, string? evidence)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            var step = m as StepObservation;
            json.WriteStartObject();
            // The first attempt is what is meant where none is named.
            if (RunProjection.AttemptOf(m) is > 1 and var attempt)
                json.WriteNumber("attempt", attempt);
            json.WriteString("componentRole", step?.ComponentRole);
            json.WriteString("componentRunId", step?.ComponentRunId.ToString());
            json.WriteString("correlationId", m.CorrelationId);
            json.WriteString("dotCode", step?.DotCode);
            json.WriteString("errorRef", m.ErrorRef);
            json.WriteString("eventCode", step?.EventCode);
            if (evidence is not null)
            {
                json.WritePropertyName("evidenceRef");
                json.WriteRawValue(evidence, skipInputValidation: true);
            }

            json.WriteString("idempotencyKey", m.IdempotencyKey);
            json.WriteString("inputRef", m.InputRef);
            json.WriteNumber("occurredAt", at);
            json.WriteString("outputRef", m.OutputRef);
            json.WriteString("parentRunId", m.ParentRunId?.ToString());
            json.WriteString("processCandidateCode", m.ProcessCandidateCode);
            json.WriteString("processRunId", m.ProcessRunId);
            json.WriteString("queueJobId", step?.QueueJobId?.ToString());
            json.WriteString("sourceSystem", m.SourceSystem);
            json.WriteNumber("type", (byte)contract);
            json.WriteEndObject();
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer.WrittenSpan, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    void InTime(DateTimeOffset occurredAt)
    {
        if (occurredAt < Earliest)
            throw new FormatException($"occurredAt {occurredAt:O} is before 2000: send when it happened");
        if (occurredAt > time.GetUtcNow() + Ahead)
            throw new FormatException($"occurredAt {occurredAt:O} is more than 24 h ahead: set the sender's clock");
    }

    static void NotEmpty(Guid? id, string member)
    {
        if (id == Guid.Empty)
            throw new FormatException($"{member} is the empty GUID: send a real one");
    }

    static void Code(string? value, string member, bool required = false)
    {
        if (value is null && !required)
            return;
        if (string.IsNullOrWhiteSpace(value))
            throw new FormatException($"{member} is {(required ? "missing or " : "")}empty: "
                + $"{(required ? "it is required" : "leave it out or fill it in")}");
        Text(value, member);
    }

    static void Text(string? value, string member)
    {
        if (value is null)
            return;
        try
        {
            CanonicalJson.Storable(value);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{member} {e.Message}");
        }
    }

    static void OneOf(string? value, IReadOnlyList<string> known, string member)
    {
        if (value is null || !known.Contains(value))
            throw new FormatException(
                $"{member} '{Short(value)}' is not known: send one of {string.Join(", ", known)}");
    }

    static string? Short(string? value) => value is { Length: > 40 } ? value[..40] + "…" : value;
}
