using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Storage.Rows;

namespace RunLedger.Batching;

/// <summary>
/// The rows of one table during a batch: found by id, alias or key, merged when a message links them, and in the end
/// told apart into what to insert, update, move and remove.
/// </summary>
sealed class BatchRows<TRow>
    where TRow : LedgerRow
{
    readonly Dictionary<Guid, TRow> _loaded;
    readonly Dictionary<Guid, Guid> _aliases;
    readonly HashSet<Guid> _storedAliases;
    readonly Dictionary<string, Guid> _keys;
    readonly Dictionary<Guid, Guid> _archived;
    readonly Dictionary<Guid, LedgerEntry> _entries = [];
    readonly SortedSet<Guid> _touched = [];
    readonly SortedSet<Guid> _removed = [];
    readonly SortedSet<Guid> _moved = [];
    readonly SortedSet<Guid> _restored = [];
    readonly SortedSet<string> _newKeys = new(StringComparer.Ordinal);
    readonly Dictionary<Guid, DateTime> _createdAt = [];

    public BatchRows(LoadedRows<TRow> loaded)
    {
        _loaded = loaded.Rows.ToDictionary(row => row.Id);
        _aliases = loaded.Aliases;
        _storedAliases = [.. loaded.Aliases.Keys];
        _keys = loaded.Keys;
        _archived = loaded.Archived;
        foreach (var row in loaded.Rows)
            _createdAt[row.Id] = row.CreatedAt;
    }

    /// <summary>The id under which the ledger keeps what is known as <paramref name="id"/>.</summary>
    public Guid Resolve(Guid id) => _aliases.GetValueOrDefault(id, id);

    /// <summary>
    /// The run whose row in the archive the id or the key names; null where neither does. A key whose row is nowhere
    /// names it for ever all the same: it was purged.
    /// </summary>
    public Guid? Archived(Guid id, string? key)
    {
        if (_archived.TryGetValue(Resolve(id), out var byId))
            return byId;
        if (key is null || !_keys.TryGetValue(key, out var named))
            return null;
        named = Resolve(named);
        return _archived.TryGetValue(named, out var byKey) ? byKey
            : _loaded.ContainsKey(named) || _entries.ContainsKey(named) ? null
            : named;
    }

    /// <summary>What is known of the id and of the key; where they are of two rows, the merged row.</summary>
    public LedgerEntry? Find(Guid id, string? key)
    {
        var byId = Current(Resolve(id));
        var byKey = key is not null && _keys.TryGetValue(key, out var named) ? Current(Resolve(named)) : null;
        return byId is null ? byKey
            : byKey is null || ReferenceEquals(byId, byKey) ? byId
            : LedgerEntry.Merge(byId, byKey);
    }

    /// <summary>
    /// Keeps what the message made of the row; every id and key it is known by leads there from now on.
    /// </summary>
    public void Put(Guid id, string? key, LedgerEntry entry)
    {
        var own = entry.Fold.Id;
        Lead(Resolve(id), own);
        Lead(id, own);
        if (key is not null)
        {
            if (_keys.TryGetValue(key, out var named))
            {
                Lead(Resolve(named), own);
            }
            else
            {
                _keys[key] = own;
                _newKeys.Add(key);
            }
        }

        _aliases.Remove(own);
        _moved.Remove(own);
        if (_storedAliases.Contains(own))
            _restored.Add(own);
        _removed.Remove(own);
        _entries[own] = entry;
        _touched.Add(own);
    }

    /// <param name="make">The row of an entry.</param>
    /// <param name="now">When rows that are new are created.</param>
    public TableChanges<TRow> Changes(Func<LedgerEntry, DateTime, TRow> make, DateTime now)
    {
        var changes = new TableChanges<TRow>();
        foreach (var id in _touched)
        {
            if (!_entries.TryGetValue(id, out var entry))
                continue;
            var row = make(entry, _createdAt.GetValueOrDefault(id, now));
            if (!_loaded.TryGetValue(id, out var before))
                changes.Inserted.Add(row);
            else if (row.ProcessRunId != before.ProcessRunId
                || row.CreatedAt != before.CreatedAt
                || row.StartedAt != before.StartedAt
                || !row.SameState(before)
                || !row.Fold.AsSpan().SequenceEqual(before.Fold))
                changes.Updated.Add(row);
        }

        changes.Removed.AddRange(_removed);
        changes.Moved.AddRange(_moved.Select(old => (old, _aliases[old])));
        changes.Restored.AddRange(_restored);
        changes.Keys.AddRange(_newKeys.Select(key => (key, Resolve(_keys[key]))));
        return changes;
    }

    /// <summary>Whether a message of this batch named the id, or led to it.</summary>
    public bool Knows(Guid id) => _aliases.ContainsKey(id) || _entries.ContainsKey(id) || _loaded.ContainsKey(id);

    public TRow? Before(Guid id) => _loaded.GetValueOrDefault(id);

    LedgerEntry? Current(Guid id)
    {
        if (_entries.TryGetValue(id, out var entry))
            return entry;
        if (_removed.Contains(id) || !_loaded.TryGetValue(id, out var row))
            return null;
        return _entries[id] = row.ToEntry();
    }

    void Lead(Guid old, Guid to)
    {
        if (old == to)
            return;
        foreach (var (alias, _) in _aliases.Where(alias => alias.Value == old && alias.Key != to).ToList())
        {
            _aliases[alias] = to;
            _moved.Add(alias);
        }

        if (_aliases.TryGetValue(old, out var before) && before == to)
            return;
        _aliases[old] = to;
        _moved.Add(old);
        _restored.Remove(old);
        _entries.Remove(old);
        if (_loaded.ContainsKey(old))
            _removed.Add(old);
        if (_createdAt.TryGetValue(old, out var created)
            && (!_createdAt.TryGetValue(to, out var own) || created < own))
            _createdAt[to] = created;
    }
}
