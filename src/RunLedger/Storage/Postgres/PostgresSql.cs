using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace RunLedger.Storage.Postgres;

/// <summary>Statements on a connection to PostgreSQL.</summary>
sealed class PostgresSql(DbConnection connection, DbTransaction? transaction = null)
    : LedgerSql(connection, transaction)
{
    public override string SkipLocked => "for update skip locked";

    public override string ForUpdate => "for update";

    public override string NextSeal => SealSql.Next;

    public override string EpochMinutes(string column) => $"cast(floor(extract(epoch from {column}) / 60) as bigint)";

    public override string IsOneOf(string column, string parameter) => $"{column} = any({parameter})";

    // How much is stored is known without reading it, and is at most some five times the text: that of numbers of one
    // digit. What is stored packed may be more than it seems, so the text itself has the last word.
    public override string TextWithin(string column, string most) =>
        $"case when pg_column_size({column}) <= 5 * cast({most} as bigint) and octet_length({column}::text) <= {most} "
        + $"then {column}::text end";

    public override string RunsOfEach(string selection, string table) =>
        $"cross join lateral (select * from {table} {selection}) r";

    public override string MemberAsText(string column, string member) => $"({column} -> '{member}')::text";

    public override string TextOrNumber(string json) =>
        $"case jsonb_typeof({json}) when 'string' then nullif({json} #>> '{{}}', '') "
        + $"when 'number' then ({json})::text end";

    protected override StoredRow Row(DbDataReader reader) => new PostgresRow(reader);

    protected override void Set(DbParameter parameter, object? value)
    {
        if (value is Json json)
        {
            ((NpgsqlParameter)parameter).NpgsqlDbType = NpgsqlDbType.Jsonb;
            value = json.Text;
        }

        parameter.Value = value ?? DBNull.Value;
    }
}
