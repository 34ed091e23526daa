using Microsoft.Extensions.Logging;
using Npgsql;
using RunLedger.Batching;
using RunLedger.Intake;
using RunLedger.Schema;
using RunLedger.Storage.Postgres;

namespace RunLedger.Journal;

/// <summary>Reads the stream into the tables of a schema, and writes down how far it is.</summary>
sealed class JournalRebuild : IAsyncDisposable
{
    /// <summary>What is killed begins again there.</summary>
    static readonly TimeSpan WriteEvery = TimeSpan.FromSeconds(5);

    /// <summary>Of a stream that is asked what came at a time: on the answer hangs what is rejected.</summary>
    static readonly TimeSpan Sure = TimeSpan.FromSeconds(30);

    const int BackFilled = 500;

    readonly JournalSchema _schema;
    readonly JournalReader _reader;
    readonly JournalReading _reading;
    readonly NpgsqlDataSource _database;
    readonly JournalIntake _intake;
    readonly TimeProvider _time;

    /// <param name="schema">Where to.</param>
    /// <param name="reader">Where from.</param>
    /// <param name="options">Of the ledger whose journal it is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Who is told that the database is away.</param>
    /// <param name="say">Is told of each message that is not taken.</param>
    public JournalRebuild(
        JournalSchema schema, JournalReader reader, RunLedgerOptions options, TimeProvider time,
        ILogger<GroupCommitter> logger, Action<string> say)
    {
        (_schema, _reader, _time) = (schema, reader, time);
        _reading = new(options.QueueName, new Rejections(time));
        _database = LedgerStore.Connect(schema.ConnectionString);
        var times = new JournalTimes(
            at => reader.FirstAt(at, Sure, CancellationToken.None), time.GetUtcNow().UtcDateTime);
        _intake = new(_database, options, times, time, logger, say);
    }

    /// <summary>Reads from where it is to its last offset.</summary>
    /// <param name="progress">Where it is.</param>
    /// <param name="told">Is told now and then how far it is.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="JournalException">It could not; it can go on later.</exception>
    public async Task<JournalProgress> Run(
        JournalProgress progress, Action<JournalProgress> told, CancellationToken cancellationToken)
    {
        var rejected = progress.Rejected;
        var written = _time.GetTimestamp();
        await foreach (var message in _reader.Read(progress.Next, progress.Last, cancellationToken))
        {
            progress = progress with
            {
                Missing = progress.Missing + new JournalHole(progress.Next, message.Offset - 1).Missing,
                Messages = progress.Messages + 1,
                Next = message.Offset + 1,
            };
            foreach (var part in _reading.Read(message.Delivery))
            {
                var taken = await _intake.Take(message.Offset, part, cancellationToken);
                progress = taken switch
                {
                    JournalTaken.Observation => progress with { Observations = progress.Observations + 1 },
                    JournalTaken.Definition => progress with { Definitions = progress.Definitions + 1 },
                    _ => progress,
                };
            }

            if (_time.GetElapsedTime(written) < WriteEvery)
                continue;
            told(progress = await Write(progress));
            written = _time.GetTimestamp();
        }

        progress = await Write(progress);
        await BackFill(cancellationToken);
        return await Write(progress with
        {
            Missing = progress.Missing + new JournalHole(progress.Next, progress.Last).Missing,
            Next = progress.Last + 1,
            IsDone = true,
        });

        async Task<JournalProgress> Write(JournalProgress reached)
        {
            await _intake.Settle(cancellationToken);
            reached = reached with { Rejected = rejected + _intake.Rejected };
            await _schema.Write(reached, cancellationToken);
            return reached;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _intake.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>Runs that were there before their candidate was defined.</summary>
    async Task BackFill(CancellationToken cancellationToken)
    {
        var definitions = new DefinitionStore(_database);
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            "select process_candidate_code, process_definition_code from process_definition", connection);
        foreach (var (candidate, definition) in await command.List(
            row => (row.GetString(0), row.GetString(1)), cancellationToken))
        {
            while (await definitions.BackFill(candidate, definition, BackFilled, cancellationToken) > 0)
            {
                // The next slice.
            }
        }
    }
}
