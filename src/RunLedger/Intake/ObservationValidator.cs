using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using RunLedger.Contracts;
using RunLedger.Folding;

namespace RunLedger.Intake;

/// <summary>
/// What may enter the fold. What says where a run stands is let in: a part of the rest that the tables could refuse is
/// shortened, mended or dropped, and named. Only what has no run, no time or no meaning is refused, with a reason its
/// sender can act on. After the door an observation can always be stored.
/// </summary>
sealed class ObservationValidator(RunLedgerOptions options, TimeProvider time)
{
    static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    static readonly TimeSpan Ahead = TimeSpan.FromHours(24);

    /// <summary>Of what a thread writes to hash it.</summary>
    const int MostKept = 64 * 1024;

    [ThreadStatic]
    static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json)? _scratch;

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
            Code(defined.ProcessCandidateCode, "processCandidateCode");
            Code(defined.ProcessDefinitionCode, "processDefinitionCode");
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
        Code(m.ProcessCandidateCode, "processCandidateCode");
        Code(m.CorrelationId, "correlationId");
        OneOf(m.SourceSystem, SourceSystems.All, "sourceSystem");
        // A key says which run it is, as candidate and correlation say of what: mended, two could become one, for ever;
        // left out, one would become two. Whoever reads why can send it again.
        Text(m.IdempotencyKey, "idempotencyKey");
        if (m is StepObservation step)
            NotEmpty(step.ComponentRunId, "componentRunId");
        InTime(m.OccurredAt);
        List<string>? dropped = null;
        m = OptionalMembers.Mend(m, ref dropped);
        var evidence = EvidenceJson.Write(m.EvidenceRef, options.MaxEvidenceBytes, ref dropped);
        if (dropped is not null)
            m = m with { EvidenceRef = evidence is null ? null : JsonElement.Parse(evidence) };
        var contract = ContractMap.Of(m);
        var at = LedgerTime.Of(m.OccurredAt);
        return new Observation(m, new OrderKey(at, contract, Hash(m, contract, at, evidence)), evidence)
        {
            Dropped = dropped ?? [],
        };
    }

    static (ArrayBufferWriter<byte>, Utf8JsonWriter) Scratch()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        return (buffer, new Utf8JsonWriter(buffer, EvidenceJson.Plain));
    }

    static UInt128 Hash(RunObservation m, Contract contract, long at, string? evidence)
    {
        var (buffer, json) = _scratch ??= Scratch();
        buffer.ResetWrittenCount();
        json.Reset();
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
        json.Flush();

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer.WrittenSpan, hash);
        if (buffer.Capacity > MostKept)
            _scratch = null;
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    void InTime(DateTimeOffset occurredAt)
    {
        if (occurredAt < Earliest)
            throw new FormatException($"occurredAt {occurredAt:O} is before 2000: send when it happened");
        if (occurredAt > time.GetUtcNow() + Ahead)
            throw new FormatException($"occurredAt {occurredAt:O} is more than 24 h ahead: set the sender's clock");
    }

    static void NotEmpty(Guid id, string member)
    {
        if (id == Guid.Empty)
            throw new FormatException($"{member} is the empty GUID: send a real one");
    }

    static void Code(string? value, string member)
    {
        if (string.IsNullOrWhiteSpace(value))
            throw new FormatException($"{member} is missing or empty: it is required");
        Text(value, member);
    }

    static void Text(string? value, string member)
    {
        if (value is not null && CanonicalJson.FaultOf(value) is { } fault)
            throw new FormatException($"{member} {fault}");
    }

    static void OneOf(string? value, IReadOnlyList<string> known, string member)
    {
        if (value is null || !known.Contains(value))
        {
            throw new FormatException($"{member} '{OptionalMembers.Quote(value ?? "")}' is not known: "
                + $"send one of {string.Join(", ", known)}");
        }
    }
}
