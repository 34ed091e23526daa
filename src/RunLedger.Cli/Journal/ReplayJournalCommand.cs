using System.CommandLine;
using System.Globalization;
using RunLedger.Cli.Errors;
using RunLedger.Journal;

namespace RunLedger.Cli.Journal;

/// <summary>
/// <c>journal replay</c>: what was published, to the ledger again, which may have lost it. Exit codes: 0 sent, 2 it
/// could not.
/// </summary>
static class ReplayJournalCommand
{
    /// <summary>A stream is asked by the second, and of its chunks.</summary>
    static readonly TimeSpan Border = TimeSpan.FromSeconds(10);

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Command Create(JournalOptions options, TimeProvider time)
    {
        var since = new Option<DateTimeOffset?>("--since")
        {
            Description = "What was published at this time (ISO 8601, UTC without an offset) or later: of the backup "
                + "that was restored, and as much earlier as the oldest message in the queue was old then",
            HelpName = "TIME",
            CustomParser = parsed =>
            {
                if (DateTimeOffset.TryParse(
                    parsed.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
                    && at > DateTimeOffset.UnixEpoch + Border)
                    return at;
                parsed.AddError("--since is a time such as 2026-03-01T08:00:00Z.");
                return null;
            },
        };
        var all = new Option<bool>("--all")
        {
            Description = "All that there is, which brings back runs that were archived or purged since",
        };
        var command = new Command(
            "replay", "Send what was published to the ledger's queue again; what its tables have changes nothing")
        {
            since, all,
        };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetResult(since) is not null == parsed.GetValue(all))
                parsed.AddError("Give --since TIME or --all.");
        });
        command.SetHandler(async (parsed, cancellationToken) =>
        {
            var (broker, queue) = options.ReadBroker(parsed);
            var streams = parsed.InvocationConfiguration;
            await using var reader = new JournalReader(
                broker, queue + JournalStream.Suffix, time, text => streams.Error.WriteLine($"runledger: {text}"));
            try
            {
                if (await reader.Ends(cancellationToken) is not { } ends)
                {
                    await streams.Output.WriteLineAsync($"{reader.Stream} is empty: there is nothing to send.");
                    return ExitCodes.Success;
                }

                if (parsed.GetValue(since) is { } at)
                {
                    var first = await reader.FirstAt((at - Border).UtcDateTime, Patience, cancellationToken);
                    ends = JournalReplay.Since(ends, first);
                }

                var sent = await new JournalReplay(broker, reader, queue, time).Run(
                    ends,
                    (count, offset) => streams.Error.WriteLine(string.Create(
                        CultureInfo.InvariantCulture, $"offset {offset:N0} of {ends.Last:N0}: {count:N0} messages")),
                    cancellationToken);
                await streams.Output.WriteLineAsync(
                    (ends.First > ends.Last
                        ? $"Nothing in {reader.Stream} is so new: nothing was sent."
                        : $"Sent {JournalSession.Number(sent)} messages of the offsets {ends.First} to {ends.Last} of "
                            + $"{reader.Stream} to the queue {queue}.")
                    + " When it is empty, runledger journal compare says whether all is there.");
                return ExitCodes.Success;
            }
            catch (JournalException e)
            {
                throw new CliException(e.Message);
            }
        });
        return command;
    }
}
