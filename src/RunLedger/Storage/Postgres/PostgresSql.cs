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

    public override string EpochMinutes(string column) => $"cast(floor(extract(epoch from {column}) / 60) as bigint)";

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
