using Microsoft.Data.Sqlite;
using RunLedger.Cli.Verify;
using RunLedger.Retention;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;
using RunLedger.Testing;
using RunLedger.Testing.Conformance;
using RunLedger.Testing.Stores;
using RunLedger.Tests.Storage.Sqlite;
using RunLedger.Verifying;

namespace RunLedger.Tests.Sealing;

/// <summary>Random changes to tables and files: each is found, and what was changed is named.</summary>
public sealed class SealChangesTests : SealSuite
{
    static readonly string[] Tables =
    [
        LedgerTable.Runs.Rows, LedgerTable.Components.Rows, LedgerTable.Runs.Archive, LedgerTable.Components.Archive,
        "rejected_observation", "sealed_commit",
    ];

    /// <summary>Who writes them, and which of the ledger's words they are not: docs/tamper.md.</summary>
    static readonly string[] NotSealed =
    [
        "archived_at", "state", "fingerprint", "claimed_at", "corrected", "action_id", "handled_at", "handled_by",
        "handled_reason", "outcome",
    ];

    readonly string _folder = Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"run-ledger-{Guid.CreateVersion7()}");

    ReadFile? _read;

    public SealChangesTests()
        : base(new SqliteProvider())
    {
        Options.Archive.Directory = Path.Combine(_folder, "archive");
        Files = new ArchiveFiles(Options);
    }

    [Fact]
    public Task Each_of_a_few_changes_is_found() => Each(40);

    [Fact(Explicit = true)]
    public Task Each_of_a_thousand_changes_is_found()
    {
        // What is left of each changed file is read too.
        _read = new FileReading(TimeProvider.System).Of;
        return Each(1_000);
    }

    async Task Each(int changes)
    {
        Directory.CreateDirectory(_folder);
        try
        {
            var runs = await Life(12);
            await Ledger.Reject(Rubbish(2));
            await Adopt();
            foreach (var run in runs.Take(6))
                await Settle(run, Later.AddYears(-1));
            Assert.Equal(6, (await Archive()).Runs);
            await Checkpoint();
            await IsSound();
            var copy = Path.Combine(_folder, "copy.db");
            await Query($"vacuum into '{copy}'");
            var random = new Random(20261128);
            for (var change = 0; change < changes; change++)
            {
                var fault = change % 4 == 3 ? await ChangeFile(random, copy) : await ChangeTable(random, copy);
                Assert.True(fault is null, $"Change {change}: {fault}");
            }

            Assert.Empty((await Look(copy)).Findings);
        }
        finally
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    async Task<VerificationReport> Look(string file)
    {
        await using var snapshot = await LedgerSnapshot.Sqlite(file, Token);
        return await new LedgerVerifier(snapshot.Sql, Read, new FileChecks(Files!, _read)).Run([], Token);
    }

    async Task<string?> ChangeTable(Random random, string copy)
    {
        var file = Path.Combine(_folder, "changed.db");
        File.Copy(copy, file, overwrite: true);
        var table = Tables[random.Next(Tables.Length)];
        string key, did;
        using (var connection = new SqliteConnection($"Data Source={file};Pooling=false;Foreign Keys=false"))
        {
            connection.Open();
            var columns = List(connection, $"select name from pragma_table_info('{table}')");
            var id = columns[0];
            var keys = List(connection, $"select {id} from {table} order by 1");
            key = keys[random.Next(keys.Count)];
            var others = string.Join(", ", columns.Where(column => column != id && column != "position"));
            (did, var sql) = random.Next(5) switch
            {
                0 => ("delete", $"delete from {table} where {id} = '{key}'"),
                1 => ("insert", $"insert into {table} ({id}, {others}) select {New(table, key = Fresh(table))}, "
                    + $"{others.Replace("idempotency_key", "null")} from {table} limit 1"),
                2 => ("reorder", Reorder(table, id, columns, key, keys[(keys.IndexOf(key) + 1) % keys.Count])),
                3 => ("truncate", $"delete from {table} where {id} >= '{key}'"),
                _ => Flip(table, id, key, columns.Where(column => column != id && !NotSealed.Contains(column)).ToList(),
                    random),
            };
            using var command = connection.CreateCommand();
            command.CommandText = $"pragma ignore_check_constraints = on; {sql}";
            command.ExecuteNonQuery();
        }

        var findings = (await Look(file)).Findings;
        var named = table == "sealed_commit" ? "commit" : key;
        return findings.Any(finding => finding.Contains(named, StringComparison.Ordinal)) ? null
            : $"{did} of {key} in {table} was not found: {string.Join('\n', findings.Take(5))}";
    }

    static string Fresh(string table) => table == "sealed_commit" ? "99999" : $"{Guid.CreateVersion7()}";

    static string New(string table, string key) => table == "sealed_commit" ? key : $"'{key}'";

    // Two rows change places: all that each says, under the other's id.
    static string Reorder(string table, string id, List<string> columns, string one, string other)
    {
        var what = columns.Where(column => column != id && column is not ("idempotency_key" or "position")).ToList();
        return $"create temp table was as select * from {table}; "
            + $"update {table} set {string.Join(", ", what.Select(column =>
                $"{column} = (select {column} from was where {id} = '{other}')"))} where {id} = '{one}'; "
            + $"update {table} set {string.Join(", ", what.Select(column =>
                $"{column} = (select {column} from was where {id} = '{one}')"))} where {id} = '{other}'";
    }

    static (string Did, string Sql) Flip(string table, string id, string key, List<string> columns, Random random)
    {
        var column = columns[random.Next(columns.Count)];
        var to = column switch
        {
            "status" => "case status when 'stuck' then 'failed' else 'stuck' end",
            "fold" or "payload" or "previous" or "root" or "hash" or "leaves" =>
                $"cast(coalesce({column}, x'') || x'7e' as blob)",
            "number" or "leaf_count" or "position" => $"coalesce({column}, 0) + 1000",
            _ when column.EndsWith("_at", StringComparison.Ordinal) || column == "at" =>
                "'2001-02-03T04:05:06.000007Z'",
            _ when column.EndsWith("_id", StringComparison.Ordinal) || column == "lane" => $"'{Guid.CreateVersion7()}'",
            "evidence_ref" => """'{"from":{}}'""",
            _ => $"coalesce({column}, '') || 'x'",
        };
        return ($"flip of {column}", $"update {table} set {column} = {to} where {id} = '{key}'");
    }

    async Task<string?> ChangeFile(Random random, string copy)
    {
        var paths = Directory.GetFiles(Options.Archive.Directory!, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).ToList();
        var path = paths[random.Next(paths.Count)];
        var kept = await File.ReadAllBytesAsync(path, Token);
        var changed = kept.ToList();
        var at = random.Next(kept.Length);
        var what = random.Next(6);
        switch (what)
        {
            case 0:
                changed[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                changed.RemoveAt(at);
                break;
            case 2:
                changed.Insert(at, (byte)random.Next(256));
                break;
            case 3:
                changed.Reverse(at, Math.Min(16, kept.Length - at));
                break;
            case 4:
                changed.RemoveRange(at, kept.Length - at);
                break;
        }

        if (what == 5)
            File.Delete(path);
        else if (changed.SequenceEqual(kept))
            return null;
        else
            await File.WriteAllBytesAsync(path, [.. changed], Token);
        var findings = (await Look(copy)).Findings;
        await File.WriteAllBytesAsync(path, kept, Token);
        var slice = Path.GetFileName(path).Split('.')[0];
        return findings.Any(finding => finding.Contains(slice, StringComparison.Ordinal)) ? null
            : $"change {what} of {path} was not found";
    }

    static List<string> List(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var list = new List<string>();
        while (reader.Read())
            list.Add(reader.GetValue(0).ToString()!);
        return list;
    }
}
