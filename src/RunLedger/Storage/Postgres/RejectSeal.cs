using Npgsql;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Storage.Postgres;

/// <summary>Sets aside what was rejected, and says what came of it: the same rubbish twice is one row.</summary>
static class RejectSeal
{
    /// <summary>The rows that were written, each with what was there before.</summary>
    public static async Task<List<(RejectedRow? Before, RejectedRow After)>> RejectSealed(
        this NpgsqlConnection connection, List<RejectedRow> rejected, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        BatchWrite.Run(
            batch,
            $"""
             select {SealedRejected.Columns} from rejected_observation where rejected_id = any ($1)
             order by rejected_id for update
             """,
            BatchWrite.Of(rejected.ConvertAll(row => row.RejectedId).Distinct().Order().ToArray()));
        BatchWrite.Reject(batch, rejected, $"returning {SealedRejected.Columns}");
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var stored = new PostgresRow(reader);
        var before = new Dictionary<Guid, RejectedRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = SealedRejected.Read(stored);
            before[row.RejectedId] = row;
        }

        await reader.NextResultAsync(cancellationToken);
        var written = new List<(RejectedRow?, RejectedRow)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = SealedRejected.Read(stored);
            written.Add((before.GetValueOrDefault(row.RejectedId), row));
        }

        return written;
    }
}
