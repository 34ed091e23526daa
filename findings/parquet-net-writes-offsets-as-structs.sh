#!/usr/bin/env bash
# Parquet.Net 6.1.0 takes a class with a DateTimeOffset and a TimeSpan without a word and writes no timestamp and no time: each
# becomes a struct of all properties of its type, and reading the file into the same class fails. Expected: more than ten columns
# below At, none of it a TIMESTAMP, and "cannot be read back".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/structs.cs" << 'CS'
#:package Parquet.Net@6.1.0
#:property PublishAot=false

using Parquet;
using Parquet.Serialization;

var file = Path.GetFullPath("structs.parquet");
await ParquetSerializer.SerializeAsync([new Row { At = DateTimeOffset.UnixEpoch, Took = TimeSpan.FromSeconds(1) }], file);
using (var stream = File.OpenRead(file))
{
    await using var reader = await ParquetReader.CreateAsync(stream);
    var below = reader.Schema.DataFields.Select(field => field.Path.ToString()).Where(path => path.StartsWith("At/")).ToList();
    Console.WriteLine($"At: {(below.Count > 10 ? "more than ten columns" : below.Count)}");
}

try
{
    await ParquetSerializer.DeserializeAsync<Row>(file);
    Console.WriteLine("read back");
}
catch (Exception)
{
    Console.WriteLine("cannot be read back");
}

class Row
{
    public DateTimeOffset At { get; set; }
    public TimeSpan Took { get; set; }
}
CS
seen=$(cd "$folder" && dotnet run structs.cs)
echo "$seen"
[[ $seen == $'At: more than ten columns\ncannot be read back' ]] || { echo "CHANGED" && exit 1; }
