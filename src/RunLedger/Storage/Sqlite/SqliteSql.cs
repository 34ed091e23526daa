using System.Data.Common;
using System.Text.Json;
using RunLedger.Folding;

namespace RunLedger.Storage.Sqlite;

/// <summary>Statements on the embedded file, which has one writer.</summary>
sealed class SqliteSql(DbConnection connection, DbTransaction? transaction = null) : LedgerSql(connection, transaction)
{
    public override string SkipLocked => "";

    public override string ForUpdate => "";

    public override string NextSeal => "select coalesce(max(seq), 0) + 1 from sealed_commit";

    public override string EpochMinutes(string column) => $"cast(strftime('%s', {column}) as integer) / 60";

    public override string IsOneOf(string column, string parameter) =>
        $"{column} in (select value from json_each({parameter}))";

    public override string TextWithin(string column, string most) =>
        $"case when octet_length({column}) <= {most} then {column} end";

    // It has no lateral join.
    public override string RunsOfEach(string selection, string table) =>
        $"join {table} r on r.process_run_id in (select process_run_id from {table} {selection})";

    public override string MemberAsText(string column, string member) =>
        $"case when json_valid({column}) then {column} -> '$.{member}' end";

    public override string TextOrNumber(string json) =>
        $"case json_type({json}) when 'text' then nullif({json} ->> '$', '') when 'integer' then {json} "
        + $"when 'real' then {json} end";

    protected override StoredRow Row(DbDataReader reader) => new SqliteRow(reader);

    protected override void Set(DbParameter parameter, object? value) => parameter.Value = Stored(value);

    /// <summary>A value as the file keeps it.</summary>
    public static object Stored(object? value) => value switch
    {
        null => DBNull.Value,
        Guid id => id.ToString(),
        DateTime time => LedgerTime.Text(time),
        Json json => json.Text,
        IEnumerable<Guid> ids => $"[{string.Join(',', ids.Select(id => $"\"{id}\""))}]",
        IEnumerable<string> texts => JsonSerializer.Serialize(texts),
        _ => value,
    };
}
