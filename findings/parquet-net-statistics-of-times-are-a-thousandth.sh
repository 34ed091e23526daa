#!/usr/bin/env bash
# Parquet.Net 6.1.0 writes a timestamp of microseconds right, and the least and greatest value of its column in another unit: a
# thousandth. Who reads the values sees nothing of it; a reader that skips by statistics (DuckDB 1.5.6, of DuckDB.NET 1.5.6.1) finds no
# row for a filter that one satisfies, without a word. Expected: "all 1, filtered 0, least 1970-01-22 16:51:36", where the value is
# 2029-06-02 12:00 and the filter asks for what is later than 2029-06-01.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/times.cs" << 'CS'
#:package Parquet.Net@6.1.0
#:package DuckDB.NET.Data.Full@1.5.6.1
#:property PublishAot=false

using DuckDB.NET.Data;
using Parquet.Serialization;
using Parquet.Serialization.Attributes;

var file = Path.GetFullPath("times.parquet");
await ParquetSerializer.SerializeAsync(
    [new Row { Ended = new DateTime(2029, 6, 2, 12, 0, 0, DateTimeKind.Utc) }], file);
using var connection = new DuckDBConnection("Data Source=:memory:");
connection.Open();
object Ask(string sql)
{
    using var command = connection.CreateCommand();
    command.CommandText = sql;
    return command.ExecuteScalar()!;
}

Console.WriteLine(
    $"all {Ask($"select count(*) from '{file}'")}, "
    + $"filtered {Ask($"select count(*) from '{file}' where Ended >= timestamptz '2029-06-01 00:00:00+00'")}, "
    + $"least {Ask($"select stats_min_value[:19] from parquet_metadata('{file}')")}");

class Row
{
    [ParquetTimestamp(ParquetTimestampResolution.Microseconds, true, true)]
    public DateTime? Ended { get; set; }
}
CS
seen=$(cd "$folder" && dotnet run times.cs)
echo "$seen"
[[ $seen == "all 1, filtered 0, least 1970-01-22 16:51:36" ]] || { echo "CHANGED" && exit 1; }
