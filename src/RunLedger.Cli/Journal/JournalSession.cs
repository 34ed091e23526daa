using System.CommandLine;
using System.Globalization;
using RunLedger.Broker;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Output;
using RunLedger.Intake;
using RunLedger.Journal;
using RunLedger.Schema;
using RunLedger.Storage;

namespace RunLedger.Cli.Journal;

/// <summary>What all verbs of the journal do: find its ends, rebuild, and say what went wrong.</summary>
sealed class JournalSession : IAsyncDisposable
{
    /// <summary>More are counted, and are in the schema's <c>rejected_observation</c>.</summary>
    const int MostNamed = 20;

    /// <summary>Whether nothing came later; a doubt makes the log begin earlier, and hides nothing.</summary>
    static readonly TimeSpan Probe = TimeSpan.FromMilliseconds(300);

    readonly RunLedgerOptions _ledger;
    readonly PostgresTarget _postgres;
    readonly InvocationConfiguration _streams;
    readonly TimeProvider _time;
    int _named;

    JournalSession(
        BrokerAddress broker, PostgresTarget postgres, RunLedgerOptions ledger, InvocationConfiguration streams,
        TimeProvider time)
    {
        (_postgres, _ledger, _streams, _time) = (postgres, ledger, streams, time);
        Reader = new(
            broker, ledger.QueueName + JournalStream.Suffix, time,
            text => streams.Error.WriteLine($"runledger: {text}"));
        Reading = new(ledger.QueueName, new Rejections(time));
    }

    public JournalReader Reader { get; }
    public JournalReading Reading { get; }
    public string ConnectionString => _postgres.ConnectionString!;
    public TextWriter Output => _streams.Output;

    /// <summary>Runs a verb; what the user can mend is a sentence.</summary>
    public static async Task<int> Run(
        ParseResult parsed, JournalOptions options, TimeProvider time, Func<JournalSession, Task<int>> verb)
    {
        var (broker, postgres, ledger) = options.Read(parsed);
        await using var session = new JournalSession(broker, postgres, ledger, parsed.InvocationConfiguration, time);
        try
        {
            return await verb(session);
        }
        catch (Exception e) when (e is JournalException or SchemaException or StoreException
            || postgres.Describe(e) is not null)
        {
            throw new CliException(postgres.Describe(e is StoreException ? e.InnerException! : e) ?? e.Message);
        }
    }

    /// <summary>When the stream's first message came.</summary>
    public Task<DateTime> Began(JournalEnds ends, CancellationToken cancellationToken) =>
        new JournalTimes(at => Reader.FirstAt(at, Probe, cancellationToken), _time.GetUtcNow().UtcDateTime)
            .Began(ends.First);

    /// <summary>Reads the stream into the schema, from where it is.</summary>
    /// <param name="schema">Where to.</param>
    /// <param name="progress">How far it is; null to begin.</param>
    /// <param name="ends">Of the stream.</param>
    public async Task<JournalProgress> Rebuild(
        JournalSchema schema, JournalProgress? progress, JournalEnds ends, CancellationToken cancellationToken)
    {
        if (progress is not { IsDone: true })
            await schema.Apply(cancellationToken);
        progress = progress is null
            ? new()
            {
                Stream = Reader.Stream,
                First = ends.First,
                FirstAt = await Began(ends, cancellationToken),
                Last = ends.Last,
                Next = ends.First,
            }
            : progress with { Last = ends.Last, IsDone = false };
        await schema.Write(progress, cancellationToken);
        await using var rebuild = new JournalRebuild(
            schema, Reader, _ledger, _time, new JournalLog(_streams.Error), Name);
        return await rebuild.Run(
            progress,
            at => _streams.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"offset {at.Next:N0} of {at.Last:N0}: {at.Observations:N0} observations")),
            cancellationToken);
    }

    /// <summary>What was read, in a sentence.</summary>
    public void Say(JournalProgress progress)
    {
        if (_named > MostNamed)
            _streams.Error.WriteLine($"and {Number(_named - MostNamed)} more that were not taken.");
        Output.WriteLine(
            $"Read offsets {progress.First} to {progress.Last} of {progress.Stream}, which begins at "
            + $"{ConsoleOutput.FormatTime(new(progress.FirstAt, TimeSpan.Zero))}: "
            + $"{Number(progress.Messages)} messages, "
            + $"{Number(progress.Observations)} observations taken, {Number(progress.Rejected)} rejected"
            + (progress.Definitions > 0 ? $", {Number(progress.Definitions)} definitions" : "")
            + (progress.Missing > 0 ? $"; {Number(progress.Missing)} offsets are missing: runledger journal gaps" : "")
            + ".");
    }

    /// <summary>How many messages the ledger has not taken yet, beside those it has in hand.</summary>
    public async Task<long> Waiting(CancellationToken cancellationToken) =>
        await Reader.Waiting(_ledger.QueueName, cancellationToken);

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public ValueTask DisposeAsync() => Reader.DisposeAsync();

    void Name(string what)
    {
        if (Interlocked.Increment(ref _named) <= MostNamed)
            _streams.Error.WriteLine($"not taken: {TerminalText.Sanitize(what.ReplaceLineEndings(" "))}");
    }
}
