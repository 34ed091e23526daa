using RunLedger.Sealing;
using RunLedger.Storage.Rows;

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
    readonly Dictionary<(LeafKind Kind, Guid Id), RowState> _states = [];
    // Files that have another row than the ledger's, and whether the file was changed.
    readonly Dictionary<(LeafKind Kind, Guid Id), (string File, bool Changed)> _others = [];
    bool _adopting = true;

    /// <summary>Whether this is the first share.</summary>
    public bool First => share == 0;

    /// <summary>Whether it is all ids at once.</summary>
    public bool All => shares == 1;

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
        state.InTable = where != LedgerTable.Runs.Archive && where != LedgerTable.Components.Archive;
        if (state.Stale)
            report.NotTakenUp++;
        else if (state.Place != RowPlace.Here)
            report.Say(kind, id, $"is in {where}, and left the ledger in commit {state.Seq}: it was put back.");
        else if (!state.Is(hash))
            report.Say(kind, id, $"is in {where} and not as commit {state.Seq} wrote it: it was changed.");
    }

    /// <summary>A row of a file that was changed; after <see cref="Compare"/> was asked of all tables.</summary>
    /// <param name="before">Whether the file may have rows of before anything was sealed.</param>
    /// <returns>Whether it is as a commit wrote it last.</returns>
    public bool Found(LeafKind kind, Guid id, ReadOnlySpan<byte> hash, string file, bool before)
    {
        if (!Mine(id))
            return false;
        if (!_states.TryGetValue((kind, id), out var state))
        {
            if (!_adopting && !before)
                report.Say(kind, id, $"is in {file}, and no commit wrote it: it was inserted there, or is of before.");
            return false;
        }

        // Once it was brought back, or became part of another, what the file has may be older than any of it.
        if (state is not { Known: true, Stale: false } || state.Place == RowPlace.Gone)
            return false;
        var same = state.Is(hash);
        state.InFile |= same;
        if (!same && !state.InTable)
            _others[(kind, id)] = (file, true);
        return same;
    }

    /// <summary>
    /// A row of a file that is as the ledger wrote the file. Where the row is in no table any more this is it, unless
    /// another file has it as it left later.
    /// </summary>
    public void Filed(LeafKind kind, Guid id, ReadOnlySpan<byte> hash, string file)
    {
        if (!_states.TryGetValue((kind, id), out var state) || state is not { Known: true, Stale: false })
            return;
        state.InFile |= state.Is(hash);
        if (state.Place != RowPlace.Purged)
            return;
        report.Filed++;
        if (!state.InFile)
            _others.TryAdd((kind, id), (file, false));
    }

    /// <summary>
    /// Names the rows that no file has as they were written last; after all files. Each may be in several, as it left
    /// more than once, and all but the last have an older one, lawfully.
    /// </summary>
    /// <param name="whole">Whether all files are as the ledger wrote them.</param>
    public void Purged(bool whole)
    {
        foreach (var ((kind, id), (file, changed)) in _others)
        {
            if (_states[(kind, id)] is not { InFile: false } state)
                continue;
            var last = state.Place == RowPlace.Purged
                ? $"the commit before {state.Seq} left"
                : $"commit {state.Seq} wrote";
            report.Say(kind, id, changed
                ? $"is in {file} and not as {last} it: it was changed."
                : $"is in {file} and not as {last} it: it was changed before it left the "
                    + $"tables{(whole ? "" : ", or a later file that had it was")}.");
        }
    }

    /// <summary>The slices of files that count, each with the SHA-256 of its manifest.</summary>
    public Dictionary<Guid, string> Slices() => _states
        .Where(state => state.Key.Kind == LeafKind.Slice && state.Value is { Place: RowPlace.Here, Stale: false })
        .ToDictionary(state => state.Key.Id, state => state.Value.Hex);

    /// <summary>Names what should be there and was not seen.</summary>
    public void Missing()
    {
        foreach (var ((kind, id), state) in _states)
        {
            if (kind is LeafKind.Run or LeafKind.Component or LeafKind.Rejected
                && state is { Place: RowPlace.Here, Stale: false, Seen: false })
                report.Say(kind, id, $"was written by commit {state.Seq} and is not there: it was deleted.");
        }
    }

    /// <summary>Whether the id is of this share.</summary>
    public bool Mine(Guid id) => shares == 1 || (uint)id.GetHashCode() % shares == share;

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
                    if (known.Place != RowPlace.Here)
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

        // Nobody looked what it was when it left.
        if (state.Stale && leaf.Way == LeafWay.Purged)
            state.Forget();
        state.Seq = seq;
        state.Stale = false;
        state.Place = leaf.Way switch
        {
            LeafWay.Gone => RowPlace.Gone,
            LeafWay.Purged => RowPlace.Purged,
            _ => RowPlace.Here,
        };
        if (leaf.Way != LeafWay.Purged)
            state.Set(leaf.After);
    }

    void Follow(Leaf leaf, RowState state, long seq)
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
            if (state.Place == RowPlace.Here && !state.Is(leaf.After))
                report.Say(leaf.Kind, leaf.Id, Between(state.Seq, seq, "changed"));
            return;
        }

        if (state.Place == RowPlace.Here && !looked)
            report.Say(leaf.Kind, leaf.Id, Between(state.Seq, seq, "deleted"));
        else if (state.Place == RowPlace.Gone && looked)
            report.Say(leaf.Kind, leaf.Id, Between(state.Seq, seq, "put back"));
        else if (looked && !state.Begins(leaf.Before))
            report.Say(leaf.Kind, leaf.Id, Between(state.Seq, seq, "changed"));
    }

    static string Between(long from, long to, string what) =>
        $"was {what} outside the ledger after commit {from} and before commit {to}.";
}
