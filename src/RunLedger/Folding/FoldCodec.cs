using System.Buffers.Binary;
using System.Text;

namespace RunLedger.Folding;

/// <summary>
/// The column <c>fold</c>: the ranks of a row's columns, and what lost. Values that stand in the columns themselves
/// are not repeated. The first byte is the version; an older replica refuses a newer one rather than misread it. A row
/// that needs nothing of version 2, attempts at a run, is written in version 1. What was added to it later stands at
/// its end: an older replica leaves that unread, and a row of before has none.
/// </summary>
static class FoldCodec
{
    public const byte Version = 2;
    const byte WithoutAttempts = 1;

    /// <summary>Set in the number of an end's status.</summary>
    const byte Weak = 0x80;

    /// <summary>A row that something else wrote: anything observed is a better source.</summary>
    const byte ForeignClass = 3;

    /// <param name="fold">What is known of the row.</param>
    /// <param name="of">
    /// What the row's own column says it is of; kept in the fold only where it was sent otherwise.
    /// </param>
    public static byte[] Write(Fold fold, string of)
    {
        using var stream = new MemoryStream(160);
        using var writer = new BinaryWriter(stream);
        var version = fold.Attempt == 1 ? WithoutAttempts : Version;
        writer.Write(version);
        if (version > WithoutAttempts)
            writer.Write(fold.Attempt);
        writer.Write(fold.FirstAt);
        writer.Write(fold.LastAt);

        var identity = fold.Identities.First;
        Write(writer, identity.Rank);
        writer.Write(identity.Of == of ? "" : identity.Of);
        writer.Write((byte)fold.Identities.Losers.Length);
        foreach (var other in fold.Identities.Losers)
        {
            Write(writer, other.Rank);
            writer.Write(other.Of);
            writer.Write(other.Correlation);
            writer.Write(other.Source);
        }

        writer.Write(fold.Identities.More);
        writer.Write((byte)fold.Endings.Members.Length);
        foreach (var ending in fold.Endings.Members)
            Write(writer, ending);
        writer.Write(fold.Endings.More);
        writer.Write((byte)(fold.NewestStep is { } mark ? mark.Completed ? 2 : 1 : 0));
        if (fold.NewestStep is { } step)
            writer.Write(step.At);
        WriteRegisters(writer, fold.Registers, identity.Rank);
        WriteEvidence(writer, fold.Evidence, version);
        if (version > WithoutAttempts)
            WriteAttempts(writer, fold);
        writer.Flush();
        return stream.ToArray();
    }

    /// <exception cref="NewerFoldException">A newer RunLedger wrote the row.</exception>
    public static Fold Read(StoredColumns row)
    {
        if (row.Fold is not { Length: > 0 } bytes)
            return Foreign(row);
        if (bytes[0] is 0 or > Version)
            throw new NewerFoldException(row.Id, bytes[0]);

        using var reader = new BinaryReader(new MemoryStream(bytes, 1, bytes.Length - 1));
        var attempt = bytes[0] == WithoutAttempts ? 1 : reader.ReadInt32();
        var (firstAt, lastAt) = (reader.ReadInt64(), reader.ReadInt64());
        var rank = ReadRank(reader, row.Id);
        var sentOf = reader.ReadString();
        var identities = new Identity[reader.ReadByte() + 1];
        identities[0] = new Identity(sentOf.Length == 0 ? row.Of : sentOf, row.CorrelationId, row.SourceSystem, rank);
        for (var i = 1; i < identities.Length; i++)
        {
            var other = ReadRank(reader, row.Id);
            identities[i] = new Identity(reader.ReadString(), reader.ReadString(), reader.ReadString(), other);
        }

        var moreIdentities = reader.ReadBoolean();
        var endings = new Ending[reader.ReadByte()];
        for (var i = 0; i < endings.Length; i++)
            endings[i] = ReadEnding(reader, row.Id);
        var moreEndings = reader.ReadBoolean();
        var stepKind = reader.ReadByte();
        StepMark? step = stepKind == 0 ? null : new StepMark(reader.ReadInt64(), stepKind == 2, Attempt: 1);
        var fold = new Fold
        {
            Id = row.Id,
            Attempt = attempt,
            FirstAt = firstAt,
            LastAt = lastAt,
            Identities = new(identities, moreIdentities),
            Endings = endings.Length == 0 ? LeastSet<Ending>.Empty : new(endings, moreEndings),
            NewestStep = step,
            StartedAt = row.StartedAt is { } started ? LedgerTime.Of(started) : null,
            OutputRef = row.OutputRef,
            ErrorRef = row.ErrorRef,
            Registers = ReadRegisters(reader, rank, row),
            Evidence = ReadEvidence(reader, row),
        };
        return bytes[0] == WithoutAttempts ? fold : ReadAttempts(reader, fold);
    }

    /// <summary>How many bytes tell the attempt.</summary>
    public const int HeadBytes = 1 + sizeof(int);

    /// <summary>The attempt of a stored row, by the head of its fold; 1 where that says nothing of it.</summary>
    public static int AttemptOf(byte[]? fold) =>
        fold is { Length: >= HeadBytes } && fold[0] == Version
            ? BinaryPrimitives.ReadInt32LittleEndian(fold.AsSpan(1))
            : 1;

    static Fold Foreign(StoredColumns row)
    {
        var at = LedgerTime.Of(row.EndedAt ?? row.StartedAt ?? row.CreatedAt);
        var rank = new Rank(ForeignClass, new OrderKey(at, Contract.RunObserved, 0));
        var registers = new Register[Fold.NoRegisters.Length];
        for (var i = 0; i < registers.Length; i++)
            registers[i] = new Register(row.Register((RegisterColumn)i), rank);
        var traits = RunStatusText.Traits[(int)row.Status];
        var terminal = row.IsComponent ? traits.EndsComponent : traits.EndsRun;
        return new Fold
        {
            Id = row.Id,
            FirstAt = row.StartedAt is { } first ? Math.Min(at, LedgerTime.Of(first)) : at,
            LastAt = at,
            Identities = new(new Identity(row.Of, row.CorrelationId, row.SourceSystem, rank)),
            Endings = terminal ? new(new Ending(at, row.Status, 0)) : LeastSet<Ending>.Empty,
            NewestStep = terminal || row.IsComponent ? null : row.Status switch
            {
                RunStatus.StepStarted => new StepMark(at, Completed: false, Attempt: 1),
                RunStatus.StepCompleted => new StepMark(at, Completed: true, Attempt: 1),
                _ => null,
            },
            StartedAt = row.StartedAt is { } started ? LedgerTime.Of(started) : null,
            OutputRef = row.OutputRef,
            ErrorRef = row.ErrorRef,
            Registers = registers,
        };
    }

    // Most columns come from the observation that names the row: one byte says so instead of a rank.
    static void WriteRegisters(BinaryWriter writer, Register[] registers, Rank rank)
    {
        for (var i = 0; i < registers.Length; i++)
        {
            if (registers[i].Value is null)
                continue;
            writer.Write((byte)(i + 1));
            writer.Write(registers[i].Rank == rank);
            if (registers[i].Rank != rank)
                Write(writer, registers[i].Rank);
        }

        writer.Write((byte)0);
    }

    static Register[] ReadRegisters(BinaryReader reader, Rank rank, StoredColumns row)
    {
        Register[]? registers = null;
        while (reader.ReadByte() is > 0 and var column)
        {
            registers ??= new Register[Fold.NoRegisters.Length];
            if (column > registers.Length)
                throw new NewerFoldException(row.Id, "a column", column - 1);
            var own = reader.ReadBoolean() ? rank : ReadRank(reader, row.Id);
            registers[column - 1] = new Register(row.Register((RegisterColumn)(column - 1)), own);
        }

        return registers ?? Fold.NoRegisters;
    }

    static void WriteEvidence(BinaryWriter writer, Proof[] evidence, byte version)
    {
        foreach (var proof in evidence)
        {
            if (proof.Json is null)
                continue;
            writer.Write(true);
            Write(writer, proof.Key);
            if (version > WithoutAttempts)
                writer.Write(proof.Attempt);
        }

        writer.Write(false);
    }

    static Proof[] ReadEvidence(BinaryReader reader, StoredColumns row)
    {
        if (!reader.ReadBoolean())
            return Fold.NoEvidence;
        var evidence = new Proof[Fold.NoEvidence.Length];
        do
        {
            var key = ReadKey(reader, row.Id);
            var attempt = row.Fold![0] > WithoutAttempts ? reader.ReadInt32() : 1;
            evidence[(int)key.Contract] = new Proof("null", key, attempt);
        }
        while (reader.ReadBoolean());

        foreach (var (contract, json) in row.Evidence())
        {
            if (evidence[(int)contract].Json is not null)
                evidence[(int)contract] = evidence[(int)contract] with { Json = json };
        }

        return evidence;
    }

    static void WriteAttempts(BinaryWriter writer, Fold fold)
    {
        writer.Write(fold.NewestStep?.Attempt ?? 1);
        writer.Write((byte)fold.Past.Members.Length);
        foreach (var past in fold.Past.Members)
        {
            writer.Write(past.Number);
            writer.Write(past.StartedAt ?? long.MinValue);
            writer.Write(past.End is not null);
            if (past.End is { } end)
                Write(writer, end);
            Write(writer, past.OutputRef);
            Write(writer, past.ErrorRef);
        }

        writer.Write(fold.Past.More);
        foreach (var past in fold.Past.Members)
        {
            writer.Write(past.FirstAt);
            writer.Write(past.OtherEnd is not null);
            if (past.OtherEnd is { } other)
                Write(writer, other);
        }
    }

    static Fold ReadAttempts(BinaryReader reader, Fold fold)
    {
        var stepAttempt = reader.ReadInt32();
        var past = new PastAttempt[reader.ReadByte()];
        for (var i = 0; i < past.Length; i++)
        {
            var number = reader.ReadInt32();
            long? startedAt = reader.ReadInt64() is var at && at == long.MinValue ? null : at;
            Ending? end = reader.ReadBoolean() ? ReadEnding(reader, fold.Id) : null;
            past[i] = new PastAttempt(
                number, PastAttempt.FirstOf(startedAt, end), startedAt, end, OtherEnd: null, ReadText(reader),
                ReadText(reader));
        }

        var more = reader.ReadBoolean();
        for (var i = 0; i < past.Length && reader.BaseStream.Position < reader.BaseStream.Length; i++)
        {
            past[i] = past[i] with
            {
                FirstAt = reader.ReadInt64(),
                OtherEnd = reader.ReadBoolean() ? ReadEnding(reader, fold.Id) : null,
            };
        }

        return fold with
        {
            NewestStep = fold.NewestStep is { } step ? step with { Attempt = stepAttempt } : null,
            Past = past.Length == 0 ? PastAttempts.None : new PastAttempts(past, more),
        };
    }

    static void Write(BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        if (text is not null)
            writer.Write(text);
    }

    static string? ReadText(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadString() : null;

    static void Write(BinaryWriter writer, Ending ending)
    {
        writer.Write(ending.At);
        writer.Write((byte)((byte)ending.Status | (ending.IsWeak ? Weak : 0)));
        Write(writer, ending.Hash);
    }

    static Ending ReadEnding(BinaryReader reader, Guid id)
    {
        var (at, status) = (reader.ReadInt64(), reader.ReadByte());
        return Enum.IsDefined((RunStatus)(status & ~Weak))
            ? new(at, (RunStatus)(status & ~Weak), ReadHash(reader), (status & Weak) != 0)
            : throw new NewerFoldException(id, "a status", status);
    }

    static void Write(BinaryWriter writer, Rank rank)
    {
        writer.Write(rank.Class);
        Write(writer, rank.Key);
    }

    static void Write(BinaryWriter writer, OrderKey key)
    {
        writer.Write(key.At);
        writer.Write((byte)key.Contract);
        Write(writer, key.Hash);
    }

    static void Write(BinaryWriter writer, UInt128 hash)
    {
        writer.Write((ulong)(hash >> 64));
        writer.Write((ulong)hash);
    }

    static Rank ReadRank(BinaryReader reader, Guid id) => new(reader.ReadByte(), ReadKey(reader, id));

    static OrderKey ReadKey(BinaryReader reader, Guid id)
    {
        var at = reader.ReadInt64();
        var contract = reader.ReadByte();
        return contract < Fold.NoEvidence.Length
            ? new(at, (Contract)contract, ReadHash(reader))
            : throw new NewerFoldException(id, "a contract", contract);
    }

    static UInt128 ReadHash(BinaryReader reader) => new(reader.ReadUInt64(), reader.ReadUInt64());
}
