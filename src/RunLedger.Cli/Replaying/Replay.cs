using System.Buffers;
using RunLedger.Cli.Sending;

namespace RunLedger.Cli.Replaying;

/// <summary>
/// Sends what files hold, in batches, and goes on past what is refused. Doing it again changes nothing: that is how one
/// that was interrupted is resumed.
/// </summary>
/// <param name="ledger">Where to.</param>
/// <param name="rejected">Told of each value that was refused: the file, the line, why.</param>
/// <param name="waiting">Told why the ledger is waited for.</param>
sealed class Replay(LedgerHttp ledger, Action<string, int, string> rejected, Action<string> waiting)
{
    const int MaxBatch = 1_000;
    const int MaxBatchBytes = 4 * 1024 * 1024;

    readonly List<ReplayItem> _batch = [];
    int _bytes;

    public long Taken { get; private set; }

    public long Ignored { get; private set; }

    public long Rejected { get; private set; }

    /// <exception cref="CliException">The ledger does not answer, or not in time.</exception>
    public async Task File(string name, Stream stream, CancellationToken cancellationToken)
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
        var answer = await ledger.Post(route, Array(items), waiting, cancellationToken);
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

        Taken += answer.Accepted;
        Ignored += answer.Ignored.Count;
        foreach (var (place, reason) in answer.Rejected)
            Reject(name, items[place - 1].Line, reason);
    }

    void Reject(string name, int line, string reason)
    {
        Rejected++;
        rejected(name, line, reason);
    }

    // An array: a value may go over several lines.
    static ReadOnlyMemory<byte> Array(List<ReplayItem> items)
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
