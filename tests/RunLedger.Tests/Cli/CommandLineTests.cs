using RunLedger.Cli.Options;
using RunLedger.Cli.Output;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Cli;

/// <summary>What people type.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("90", 90.0)]
    [InlineData("1.5s", 1.5)]
    [InlineData("500ms", 0.5)]
    [InlineData("5m", 300.0)]
    [InlineData("2h", 7200.0)]
    [InlineData("1d", 86400.0)]
    [InlineData("0", 0.0)]
    [InlineData("-1s", null)]
    [InlineData("46d", null)]
    [InlineData("soon", null)]
    [InlineData("", null)]
    public void A_time_is_a_number_with_a_unit(string text, double? seconds) =>
        Assert.Equal(seconds, Duration.TryParse(text)?.TotalSeconds);

    [Theory]
    [InlineData("http://host", "http://host/")]
    [InlineData("https://host:1/behind/proxy?x", "https://host:1/behind/proxy/")]
    [InlineData("ftp://host", null)]
    [InlineData("host:5080", null)]
    [InlineData("", null)]
    public void An_address_ends_in_a_slash(string text, string? address) =>
        Assert.Equal(address, LedgerAddress.TryParseUrl(text)?.Uri.ToString());

    [Fact]
    public void A_password_is_not_shown() =>
        Assert.Equal("amqp://host/v", LedgerAddress.TryParseRabbitMq("amqp://me:secret@host/v")?.DisplayText);

    [Theory]
    [InlineData("a\u001b[31mb\u001b[0m", "ab")]
    [InlineData("\u001b]0;title\u0007x\u0000\u0007", "x")]
    [InlineData("a\tb\nc", "a\tb\nc")]
    public void What_moves_a_terminal_is_no_text(string text, string plain) =>
        Assert.Equal(plain, TerminalText.Sanitize(text));

    [Theory]
    [InlineData("runledger --help", "nonsense")]
    [InlineData("runledger runs --help", "runs", "nonsense")]
    [InlineData("runledger runs show --help", "runs", "show")]
    [InlineData("runledger replay --help", "replay")]
    [InlineData("runledger publish --help", "publish", "Nope")]
    [InlineData("runledger journal replay --help", "journal", "replay")]
    [InlineData("runledger journal replay --help", "journal", "replay", "--all", "--since", "2026-03-01T08:00:00Z")]
    public async Task A_wrong_command_line_is_one_line_that_says_where_help_is(string help, params string[] arguments)
    {
        var run = await ToolRun.Of(arguments);

        Assert.Equal((2, ""), (run.Code, run.Output));
        Assert.EndsWith($"See {help}.", Assert.Single(run.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_asks_and_without_a_terminal_says_so()
    {
        var asks = await ToolRun.Of("dry-run", "--connection", "Host=127.0.0.1;Port=1;Username=x");
        var nothing = await ToolRun.Of("dry-run", "--yes", "--connection", "nonsense");
        var away = await ToolRun.Of(
            "dry-run", "--yes", "--connection", "Host=127.0.0.1;Port=1;Username=x;Password=secret");

        Assert.Equal((2, 2, 1), (asks.Code, nothing.Code, away.Code));
        Assert.Contains("--yes", asks.Error, StringComparison.Ordinal);
        Assert.Contains("cannot be read", nothing.Error, StringComparison.Ordinal);
        Assert.StartsWith(
            "runledger: Step 1 failed: PostgreSQL at 127.0.0.1:1: ", away.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", away.Output + away.Error, StringComparison.Ordinal);
    }
}
