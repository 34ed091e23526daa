using System.Globalization;
using Npgsql;

namespace RunLedger.Storage.Postgres;

/// <summary>
/// How long PostgreSQL waits within a transaction for a process that froze or whose host vanished, before it ends the
/// session and gives its locks to others. Set for the transaction alone, so that a pooler's session stays as it was.
/// </summary>
static class TransactionLimits
{
    /// <summary>For transactions that do nothing else between two statements but compute.</summary>
    public static readonly TimeSpan Computing = TimeSpan.FromSeconds(5);

    /// <summary>For transactions that send messages or write files between two statements.</summary>
    public static readonly TimeSpan Working = TimeSpan.FromSeconds(60);

    /// <summary>What is selected in the transaction's first statement.</summary>
    // tcp_user_timeout: a result that nobody reads blocks the session outside of its timers.
    public static string SqlOf(TimeSpan idle) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
         set_config('idle_in_transaction_session_timeout', '{idle.TotalMilliseconds:0}', true),
         set_config('tcp_user_timeout', '{idle.TotalMilliseconds:0}', true)
         """);

    /// <summary>In a round trip of its own.</summary>
    public static async Task Limit(
        this NpgsqlConnection connection, TimeSpan idle, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select {SqlOf(idle)}", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
