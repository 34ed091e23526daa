using Npgsql;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;
using Xunit;

namespace RunLedger.IntegrationTests.Schema;

public sealed class SchemaConnectionTests
{
    const string Secret = "open-sesame";

    [Theory]
    [InlineData("apply")]
    [InlineData("rollback")]
    [InlineData("verify")]
    [InlineData("rehearse")]
    public async Task Without_a_database_named_a_verb_says_how_to_name_one(string verb)
    {
        var run = await VerbRun.Schema([], verb);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith(
            "No PostgreSQL database is named: give --connection or set ConnectionStrings__Postgres", run.Error,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("apply")]
    [InlineData("rollback")]
    [InlineData("verify")]
    [InlineData("rehearse")]
    public async Task A_server_that_does_not_answer_is_one_line_without_the_password(string verb)
    {
        var nobody = $"Host=127.0.0.1;Port=1;Username=u;Password={Secret}";

        var run = await VerbRun.Schema([], verb, "--connection", nobody);

        AssertOneLine(run, "PostgreSQL at 127.0.0.1:1: ");
    }

    [Fact]
    public async Task A_database_that_does_not_exist_is_one_line_without_the_password()
    {
        await using var database = await TestDatabase.Create();
        var nowhere = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = "no_such_database" };

        var run = await VerbRun.Schema([], "verify", "--connection", nowhere.ConnectionString);

        AssertOneLine(
            run, $"PostgreSQL at {nowhere.Host}:{nowhere.Port}: database \"no_such_database\" does not exist");
    }

    [Fact]
    public async Task A_wrong_password_is_one_line_without_it()
    {
        await using var database = await TestDatabase.Create();
        var wrong = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Password = Secret };
        if (await Connects(wrong.ConnectionString)) Assert.Skip("This server trusts whoever asks.");

        var run = await VerbRun.Schema([], "verify", "--connection", wrong.ConnectionString);

        AssertOneLine(run, $"PostgreSQL at {wrong.Host}:{wrong.Port}: password authentication failed");
    }

    [Theory]
    [InlineData($"postgres://u:{Secret}@host/database")]
    [InlineData($"Host=h;Password=x;{Secret}")]
    [InlineData($"Host=h;Password=x;{Secret}=y")]
    [InlineData($"Username=u;Password={Secret}")]
    public async Task A_connection_string_that_cannot_be_read_is_not_repeated(string text)
    {
        var run = await VerbRun.Schema([], "apply", "--connection", text);

        AssertOneLine(run, "The connection string ");
    }

    [Fact]
    public async Task The_configured_connection_is_taken_and_the_option_goes_before_it()
    {
        await using var database = await TestDatabase.Create();

        var configured = await VerbRun.Schema(Configured(database.ConnectionString), "apply");
        var option = await VerbRun.Schema(
            Configured("Host=127.0.0.1;Port=1"), "verify", "--connection", database.ConnectionString);

        Assert.Equal((0, ""), (configured.ExitCode, configured.Error));
        Assert.Equal((0, ""), (option.ExitCode, option.Error));
    }

    static Dictionary<string, string?> Configured(string connection) =>
        new() { ["ConnectionStrings:Postgres"] = connection };

    static void AssertOneLine(VerbRun run, string start)
    {
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith(start, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.DoesNotContain(Secret, run.Error, StringComparison.Ordinal);
    }

    static async Task<bool> Connects(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        try
        {
            await connection.OpenAsync();
            return true;
        }
        catch (PostgresException)
        {
            return false;
        }
    }
}
