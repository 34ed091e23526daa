using System.Buffers;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Transport;

namespace RunLedger.Cli.Replay;

/// <summary>
/// Sends the contents of files in batches and continues past rejected values. Sending them again changes nothing, so an
/// interrupted replay is resumed by running it again.
/// </summary>
/// <param name="ledger">The ledger to send to.</param>
/// <param name="rejected">Called for each rejected value with the file, the line and the reason.</param>
/// <param name="waiting">Called before each retry with the reason.</param>
sealed class ReplaySender(LedgerApiClient ledger, Action<string, int, string> rejected, Action<string> waiting)
{
    const int MaxBatch = 1_000;
    const int MaxBatchBytes = 4 * 1024 * 1024;

    readonly List<ReplayItem> _batch = [];
    int _bytes;

    public long Accepted { get; private set; }

    public long Ignored { get; private set; }

    public long Rejected { get; private set; }

    /// <exception cref="CliException">The ledger does not answer, or not in time.</exception>
    public async Task ReplayFile(string name, Stream stream, CancellationToken cancellationToken)
    {
        await foreach (var item in ReplayReader.Read(stream, cancellationToken))
        {
            if (item.Fault is { } fault)
            {
                Reject(name, item.Line, fault);
                continue;
            }

            if (_batch.Count == MaxBatch
                || (_batch.Count > 0 && (_batch[0].Kind != item.Kind || _bytes + item.Json.Length > MaxBatchBytes)))
                await Flush(name, cancellationToken);
            _batch.Add(item);
            _bytes += item.Json.Length;
        }

        await Flush(name, cancellationToken);
    }

    async Task Flush(string name, CancellationToken cancellationToken)
    {
        await Send(name, _batch, cancellationToken);
        _batch.Clear();
        _bytes = 0;
    }

    async Task Send(string name, List<ReplayItem> items, CancellationToken cancellationToken)
    {
        if (items.Count == 0)
            return;
        var route = items[0].Kind == ReplayKind.Lineage ? "api/v1/lineage" : "api/observations";
        var answer = await ledger.Post(route, ToJsonArray(items), waiting, cancellationToken);
        if (answer is null && items.Count == 1)
        {
            Reject(name, items[0].Line, "It is larger than the ledger takes.");
            return;
        }

        if (answer is null)
        {
            await Send(name, [.. items.Take(items.Count / 2)], cancellationToken);
            await Send(name, [.. items.Skip(items.Count / 2)], cancellationToken);
            return;
        }

        Accepted += answer.Accepted;
        Ignored += answer.Ignored.Count;
        foreach (var (place, reason) in answer.Rejected)
            Reject(name, items[place - 1].Line, reason);
    }

    void Reject(string name, int line, string reason)
    {
        Rejected++;
        rejected(name, line, reason);
    }

    // An array, because NDJSON cannot hold values that span lines.
    static ReadOnlyMemory<byte> ToJsonArray(List<ReplayItem> items)
    {
        var body = new ArrayBufferWriter<byte>(items.Sum(item => item.Json.Length + 1) + 1);
        foreach (var (i, item) in items.Index())
        {
            body.Write(i == 0 ? "["u8 : ","u8);
            body.Write(item.Json.Span);
        }

        body.Write("]"u8);
        return body.WrittenMemory;
    }
}
