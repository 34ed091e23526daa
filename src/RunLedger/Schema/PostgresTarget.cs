using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace RunLedger.Schema;

/// <summary>
/// The database that a verb is about, and what to say, on one line and without its password, when it cannot be asked.
/// </summary>
sealed record PostgresTarget(string? ConnectionString, string Fault)
{
    public static PostgresTarget Read(string? option, IConfiguration configuration) =>
        Read(string.IsNullOrWhiteSpace(option) ? configuration.GetConnectionString("Postgres") : option);

    public static PostgresTarget Read(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return new(null, "No PostgreSQL database is named: give --connection or set ConnectionStrings__Postgres, "
                + "for example \"Host=localhost;Username=runledger;Password=…;Database=runledger\".");
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(text);
            return settings.Host is { Length: > 0 } host
                ? new(text, $"PostgreSQL at {host}:{settings.Port}")
                : new(null, "The connection string names no Host.");
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // Npgsql quotes the piece it does not understand, which may be a piece of the password.
            return new(null, "The connection string cannot be read: it should look like "
                + "\"Host=localhost;Username=runledger;Password=…;Database=runledger\".");
        }
    }

    /// <summary>Null for what is not the database's answer or absence: a defect, which keeps its stack trace.</summary>
    public string? Describe(Exception exception) => exception switch
    {
        NpgsqlException { InnerException: AuthenticationException } =>
            $"{Fault}: its certificate is refused. It must be for that host, and of an authority that is trusted: "
            + "Root Certificate in the connection string names the file of one's own.",
        PostgresException e => $"{Fault}: {e.MessageText} ({e.SqlState})",
        NpgsqlException { InnerException: { } inner } e when inner.Message != e.Message =>
            $"{Fault}: {OneLine($"{e.Message}: {inner.Message}")}",
        NpgsqlException or SocketException or TimeoutException => $"{Fault}: {OneLine(exception.Message)}",
        _ => null,
    };

    static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
