using Npgsql;
using RunLedger.Scheduling;
using RunLedger.Storage.Postgres;
using RunLedger.Storage.Rows;

namespace RunLedger.IntegrationTests.Support.Brokers;

/// <summary>A message of some service.</summary>
public sealed record Numbered
{
    public int Number { get; init; }

    internal static List<ScheduledRow> Rows(int count, string destination, Guid? run = null) =>
    [
        .. Enumerable.Range(0, count).Select(number => OutboxMessage.From(
            new Numbered { Number = number },
            Guid.CreateVersion7(),
            TimeProvider.System.GetUtcNow(),
            run,
            new Uri(destination))),
    ];

    internal static async Task Store(NpgsqlDataSource database, IEnumerable<ScheduledRow> rows)
    {
        foreach (var chunk in rows.Chunk(1_000))
        {
            await new ScheduleStore(database).Write(
                new(chunk, [], []), TimeProvider.System.GetUtcNow().UtcDateTime, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>How many messages wait to be sent.</summary>
    internal static async Task<long> Waiting(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(
            "select count(*) from scheduled_message where repeat_every is null");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
