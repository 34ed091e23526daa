namespace RunLedger.Folding;

/// <summary>
/// All that a set of observations says about one row. <see cref="Merge"/> is associative, commutative and idempotent,
/// so a row depends on the set of its observations and not on the order, number or grouping in which they came.
/// Pure: no clock, no bus, no database.
/// </summary>
sealed record Fold
{
    /// <summary>The row's id, from the observation of the least (rank, id).</summary>
    public required Guid Id { get; init; }

    /// <summary>Who the row is, best source first: the first is its identity, the others disagree with it.</summary>
    public required LeastSet<Identity> Identities { get; init; }

    /// <summary>The greatest attempt at the run that any observation names; of a component always 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>What is known of lesser attempts.</summary>
    public PastAttempts Past { get; init; } = PastAttempts.None;

    /// <summary>The terminal observations of the attempt, the least first: it alone ends the row.</summary>
    public LeastSet<Ending> Endings { get; init; } = LeastSet<Ending>.Empty;

    /// <summary>The other carried columns, indexed by <see cref="RegisterColumn"/>.</summary>
    public Register[] Registers { get; init; } = NoRegisters;

    /// <summary>Evidence, indexed by <see cref="Contract"/>.</summary>
    public Proof[] Evidence { get; init; } = NoEvidence;

    /// <summary>The earliest start of the attempt.</summary>
    public long? StartedAt { get; init; }

    /// <summary>Of a header: the newest step observation.</summary>
    public StepMark? NewestStep { get; init; }

    /// <summary>
    /// The least time of any observation of the attempt but <see cref="Contract.RunObserved"/>, which is for what has
    /// not started; <see cref="long.MaxValue"/> where there is none.
    /// </summary>
    public required long FirstAt { get; init; }

    /// <summary>
    /// The greatest time of any observation: the last sign of life. Of a component that was given up and never heard of
    /// <see cref="long.MinValue"/>.
    /// </summary>
    public required long LastAt { get; init; }

    /// <summary>The output and the error of the least ending.</summary>
    public string? OutputRef { get; init; }

    /// <inheritdoc cref="OutputRef"/>
    public string? ErrorRef { get; init; }

    public static readonly Register[] NoRegisters = new Register[Enum.GetValues<RegisterColumn>().Length];
    public static readonly Proof[] NoEvidence = new Proof[Enum.GetValues<Contract>().Length];

    /// <summary>The best source any column has.</summary>
    public Rank Best => Identities.First.Rank;

    public static Fold Merge(Fold a, Fold b)
    {
        var order = a.Best.CompareTo(b.Best);
        var first = order < 0 || (order == 0 && a.Id.CompareTo(b.Id) <= 0) ? a : b;
        // Of a lesser attempt nothing counts any more; it is history.
        var same = a.Attempt == b.Attempt;
        var (newer, older) = a.Attempt >= b.Attempt ? (a, b) : (b, a);
        var ended = !same ? newer
            : a.Endings.IsEmpty || (!b.Endings.IsEmpty && b.Endings.First.CompareTo(a.Endings.First) < 0) ? b
            : a;
        return new Fold
        {
            Id = first.Id,
            Identities = LeastSet<Identity>.Merge(a.Identities, b.Identities),
            Attempt = newer.Attempt,
            Past = PastAttempts.Merge(a.Past, same ? b.Past : PastAttempts.Merge(b.Past, PastAttempts.Of(older))),
            Endings = same ? LeastSet<Ending>.Merge(a.Endings, b.Endings) : newer.Endings,
            OutputRef = ended.OutputRef,
            ErrorRef = ended.ErrorRef,
            Registers = MergeEach(a.Registers, b.Registers, NoRegisters, Register.Least),
            Evidence = MergeEach(a.Evidence, b.Evidence, NoEvidence, Proof.Chosen),
            StartedAt = same ? Least(a.StartedAt, b.StartedAt) : newer.StartedAt,
            NewestStep = StepMark.Newest(a.NewestStep, b.NewestStep),
            FirstAt = same ? Math.Min(a.FirstAt, b.FirstAt) : newer.FirstAt,
            LastAt = Math.Max(a.LastAt, b.LastAt),
        };
    }

    /// <summary>
    /// Whether both say the same. A value follows from the rank or key it came with.
    /// </summary>
    public static bool Same(Fold? a, Fold? b)
    {
        if (a is null || b is null || ReferenceEquals(a, b))
            return ReferenceEquals(a, b);
        if (a.Id != b.Id || a.FirstAt != b.FirstAt || a.LastAt != b.LastAt || a.StartedAt != b.StartedAt
            || a.NewestStep != b.NewestStep || a.Attempt != b.Attempt || !a.Past.Equal(b.Past)
            || !a.Identities.Equal(b.Identities) || !a.Endings.Equal(b.Endings)
            || !a.Registers.AsSpan().SequenceEqual(b.Registers))
            return false;
        for (var i = 0; i < a.Evidence.Length; i++)
        {
            if (a.Evidence[i].Key != b.Evidence[i].Key)
                return false;
        }

        return true;
    }

    static long? Least(long? a, long? b) => a is null || b < a ? b : a;

    static T[] MergeEach<T>(T[] a, T[] b, T[] none, Func<T, T, T> choose)
    {
        if (ReferenceEquals(b, none))
            return a;
        if (ReferenceEquals(a, none))
            return b;
        var merged = new T[a.Length];
        for (var i = 0; i < a.Length; i++)
            merged[i] = choose(a[i], b[i]);
        return merged;
    }
}
