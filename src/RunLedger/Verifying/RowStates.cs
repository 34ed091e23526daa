using System.Buffers.Binary;
using RunLedger.Sealing;

namespace RunLedger.Verifying;

/// <summary>
/// What the commits say that each row is. A row is followed from commit to commit: each says what it found there and
/// what it left.
/// </summary>
/// <param name="share">Which part of all ids is looked at.</param>
/// <param name="shares">Of how many.</param>
/// <param name="report">Where to say what is wrong.</param>
sealed class RowStates(int share, int shares, VerificationReport report)
{
    readonly Dictionary<(LeafKind Kind, Guid Id), State> _states = [];
    bool _adopting = true;

    /// <summary>Whether rows that no commit names may just not have been taken up yet.</summary>
    public bool Adopting => _adopting;

    public void Apply(ReadOnlySpan<byte> leaves, long seq)
    {
        while (!leaves.IsEmpty && Leaf.SizeOf(leaves) is var size && size <= leaves.Length)
        {
            Apply(new Leaf(leaves[..size]), seq);
            leaves = leaves[size..];
        }
    }

    /// <summary>Compares a row as it is with what the commits say.</summary>
    public void Compare(LeafKind kind, Guid id, ReadOnlySpan<byte> hash, string where)
    {
        if (!Mine(id))
            return;
        report.Rows++;
        if (!_states.TryGetValue((kind, id), out var state))
        {
            if (_adopting)
                report.NotTakenUp++;
            else
                report.Say(kind, id, $"is in {where}, and no commit wrote it: it was inserted there.");
            return;
        }

        if (state.Seen)
            report.Say(kind, id, $"is there twice, once in {where}.");
        state.Seen = true;
        if (state.Stale)
            report.NotTakenUp++;
        else if (state.Kept != Kept.Here)
            report.Say(kind, id, $"is in {where}, and left the ledger in commit {state.Seq}: it was put back.");
        else if (!state.Is(hash))
            report.Say(kind, id, $"is in {where} and not as commit {state.Seq} wrote it: it was changed.");
    }

    /// <summary>Of a row of a file: whether it is as it was last written, or unknown.</summary>
    public bool? Same(LeafKind kind, Guid id, ReadOnlySpan<byte> hash) =>
        !Mine(id) ? null
        : !_states.TryGetValue((kind, id), out var state) ? false
        : state.Is(hash);

    /// <summary>The slices of files that count, each with the SHA-256 of its manifest.</summary>
    public Dictionary<Guid, string> Slices() => _states
        .Where(state => state.Key.Kind == LeafKind.Slice && state.Value is { Kept: Kept.Here, Stale: false })
        .ToDictionary(state => state.Key.Id, state => state.Value.Hex);

    /// <summary>Names what should be there and was not seen.</summary>
    public void Missing()
    {
        foreach (var ((kind, id), state) in _states)
        {
            if (kind is LeafKind.Run or LeafKind.Component or LeafKind.Rejected
                && state is { Kept: Kept.Here, Stale: false, Seen: false })
                report.Say(kind, id, $"was written by commit {state.Seq} and is not there: it was deleted.");
        }
    }

    bool Mine(Guid id) => shares == 1 || (uint)id.GetHashCode() % shares == share;

    void Apply(Leaf leaf, long seq)
    {
        switch (leaf.Kind)
        {
            case LeafKind.Epoch:
                foreach (var known in _states.Values)
                    known.Stale = true;
                _adopting = true;
                report.Epochs += share == 0 ? 1 : 0;
                return;
            case LeafKind.Adopted:
                // What was not met is of before the record was switched off, and went meanwhile.
                foreach (var (key, known) in _states.Where(one => one.Value.Stale).ToList())
                {
                    if (known.Kept != Kept.Here)
                    {
                        known.Stale = false;
                        continue;
                    }

                    _states.Remove(key);
                    report.WhileOff++;
                }

                _adopting = false;
                return;
            case LeafKind.Observation or LeafKind.Observations:
                report.Observations += share == 0 ? leaf.Observations : 0;
                return;
        }

        var id = leaf.Id;
        // Slices are asked for in the first share alone.
        if (leaf.Kind == LeafKind.Slice ? share != 0 : !Mine(id))
            return;
        if (!_states.TryGetValue((leaf.Kind, id), out var state))
        {
            if (leaf.Way != LeafWay.TakenUp && !_adopting && leaf.Before.ContainsAnyExcept((byte)0))
                report.Say(leaf.Kind, id, $"was found by commit {seq}, and no commit before it wrote it: it was "
                    + "inserted outside the ledger.");
            _states[(leaf.Kind, id)] = state = new();
        }
        else
        {
            Follow(leaf, state, seq);
        }

        state.Seq = seq;
        state.Stale = false;
        state.Kept = leaf.Way switch
        {
            LeafWay.Gone => Kept.Gone,
            LeafWay.Purged => Kept.Purged,
            _ => Kept.Here,
        };
        if (leaf.Way != LeafWay.Purged)
            state.Set(leaf.After);
    }

    void Follow(Leaf leaf, State state, long seq)
    {
        var looked = leaf.Before.ContainsAnyExcept((byte)0);
        if (state.Stale)
        {
            if (leaf.Way == LeafWay.TakenUp && !state.Is(leaf.After))
                report.WhileOff++;
            return;
        }

        if (leaf.Way == LeafWay.Purged || leaf.Kind == LeafKind.Slice)
            return;
        if (leaf.Way == LeafWay.TakenUp && !looked)
        {
            if (state.Kept == Kept.Here && !state.Is(leaf.After))
                report.Say(leaf.Kind, leaf.Id, Between(state.Seq, seq, "changed"));
            return;
        }

        if (state.Kept == Kept.Here && !looked)
            report.Say(leaf.Kind, leaf.Id, Between(state.Seq, seq, "deleted"));
        else if (state.Kept == Kept.Gone && looked)
            report.Say(leaf.Kind, leaf.Id, Between(state.Seq, seq, "put back"));
        else if (looked && !state.Begins(leaf.Before))
            report.Say(leaf.Kind, leaf.Id, Between(state.Seq, seq, "changed"));
    }

    static string Between(long from, long to, string what) =>
        $"was {what} outside the ledger after commit {from} and before commit {to}.";

    enum Kept
    {
        Here,
        Gone,
        Purged,
    }

    sealed class State
    {
        UInt128 _high;
        UInt128 _low;

        public long Seq { get; set; }
        public Kept Kept { get; set; }
        public bool Stale { get; set; }
        public bool Seen { get; set; }

        public string Hex => $"{_high:x32}{_low:x32}";

        public void Set(ReadOnlySpan<byte> hash) =>
            (_high, _low) = (
                BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));

        public bool Begins(ReadOnlySpan<byte> hash) => BinaryPrimitives.ReadUInt128BigEndian(hash) == _high;

        public bool Is(ReadOnlySpan<byte> hash) =>
            Begins(hash) && BinaryPrimitives.ReadUInt128BigEndian(hash[16..]) == _low;
    }
}
