namespace RunLedger.Service.Bridge;

/// <summary>What a source is asked. Rows are a transaction, a key, and all of the row in JSON or NULL.</summary>
sealed class BridgeSql
{
    /// <summary>In place of a transaction that is NULL.</summary>
    public const long NoTransaction = -1;

    const int UnplacedAtMost = 100;

    readonly string _relation;
    readonly string _key;

    /// <param name="relation">A view, a table or a whole query.</param>
    /// <param name="key">The column that names a row.</param>
    public BridgeSql(string relation, string key)
    {
        _relation = relation.Any(char.IsWhiteSpace) ? $"({relation.TrimEnd(' ', '\n', '\r', '\t', ';')}\n)" : relation;
        _key = $"coalesce(r.{key}::text, '') collate \"C\"";
    }

    /// <summary>
    /// What transactions before the first wrote is all there is; the second will be the next to begin.
    /// </summary>
    public static string Horizon =>
        "select pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint from pg_current_snapshot() s";

    /// <summary>No row, for what columns it has.</summary>
    public string Columns => $"select * from {_relation} as r limit 0";

    /// <summary>The next $3 rows after transaction $1 and key $2.</summary>
    public string Rows => Next($"r.transaction_id::text::bigint, {_key}, row_to_json(r)::text");

    /// <summary>The same without what is in them.</summary>
    public string Places => Next($"r.transaction_id::text::bigint, {_key}, null::text");

    /// <summary>
    /// The same rows as <see cref="Rows"/>, and nothing made of others to find them, which costs reading twice.
    /// </summary>
    public string RowsOfPlaces =>
        $"""
         with places as materialized ({Next($"r.transaction_id as transaction_id, {_key} as named")})
         select r.transaction_id::text::bigint, {_key}, row_to_json(r)::text
         from {_relation} as r
         where (r.transaction_id, {_key}) in (select p.transaction_id, p.named from places as p)
         order by r.transaction_id, {_key}
         """;

    /// <summary>The rows of transaction $1 and key $2.</summary>
    public string RowsAt =>
        $"""
         select r.transaction_id::text::bigint, {_key}, row_to_json(r)::text
         from {_relation} as r
         where r.transaction_id = $1::text::xid8 and {_key} = $2
         fetch first ($3) rows only
         """;

    /// <summary>
    /// The first rows that have no place in the order. Of a transaction that this server has not had it can show no
    /// row, but of one that another server had.
    /// </summary>
    public string Unplaced(bool whole) =>
        $"""
         select coalesce(r.transaction_id::text::bigint, {NoTransaction}), {_key},
           {(whole ? "row_to_json(r)::text" : "null::text")}
         from {_relation} as r
         where r.transaction_id is null or r.transaction_id >= pg_snapshot_xmax(pg_current_snapshot())
         limit {UnplacedAtMost}
         """;

    // A row counts when every transaction that began before its own has ended: what comes later was written by later
    // ones, so that the cursor passes nobody, whatever order they commit in. Rows that cannot be told apart stay on one
    // page.
    string Next(string columns) =>
        $"""
         select {columns}
         from {_relation} as r
         where r.transaction_id >= $1::text::xid8
           and r.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
           and (r.transaction_id > $1::text::xid8 or {_key} > $2)
         order by r.transaction_id, {_key}
         fetch first ($3) rows with ties
         """;
}
