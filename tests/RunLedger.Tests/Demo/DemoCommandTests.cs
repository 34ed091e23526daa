using System.CommandLine;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Service.Demo;
using RunLedger.Service.Host;
using RunLedger.Service.Intake;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Demo;

public sealed class DemoCommandTests
{
    [Fact]
    public async Task A_ledger_has_all_runs_when_the_demo_is_through()
    {
        await using var ledger = await EmbeddedLedger.Start();

        var address = $"{ledger.Client.BaseAddress}";
        var (exitCode, output, error) = await Demo("--url", address, "--runs", "30", "--seed", "7");

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Contains("about 30 runs", output, StringComparison.Ordinal);
        Assert.EndsWith($"Look at {address}", output.TrimEnd(), StringComparison.Ordinal);
        Assert.Equal(["30"], ledger.List("select cast(count(*) as text) from process_run_observation"));
        Assert.Equal(["0"], ledger.List("select cast(count(*) as text) from rejected_observation"));
    }

    [Theory]
    [InlineData("--url")]
    [InlineData("--rabbitmq")]
    public async Task What_is_no_address_is_said_in_one_line(string option)
    {
        var (exitCode, _, error) = await Demo(option, "nonsense");

        Assert.Equal(2, exitCode);
        Assert.StartsWith(option, OneLine(error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_that_does_not_answer_is_said_in_one_line()
    {
        using var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        var address = $"http://{nobody.LocalEndpoint}/";
        nobody.Stop();

        var (exitCode, _, error) = await Demo("--url", address);

        Assert.Equal(2, exitCode);
        Assert.Contains($"No ledger answers at {address}", OneLine(error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_that_refuses_is_not_said_to_be_away()
    {
        await using var ledger = await EmbeddedLedger.Start("--Intake:MaxObservations", "1");

        var (exitCode, _, error) = await Demo("--url", $"{ledger.Client.BaseAddress}");

        Assert.Equal(2, exitCode);
        Assert.DoesNotContain("No ledger answers", error, StringComparison.Ordinal);
        Assert.Contains("413", OneLine(error), StringComparison.Ordinal);
        Assert.Contains("Send at most 1 observations at once.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_demos_are_about_other_runs()
    {
        await using var ledger = await EmbeddedLedger.Start();
        for (var n = 0; n < 2; n++)
            Assert.Equal(0, (await Demo("--url", $"{ledger.Client.BaseAddress}", "--runs", "20")).ExitCode);

        Assert.Equal(["40"], ledger.List("select cast(count(*) as text) from process_run_observation"));
    }

    [Fact]
    public async Task A_busy_ledger_is_waited_for_as_long_as_it_asks()
    {
        var time = new FakeTimeProvider(Some.Noon);
        using var busy = new Busy();
        await using var target = new HttpTarget(new HttpClient(busy) { BaseAddress = new Uri("http://ledger/") }, time);

        var sending = target.Send(DemoMix.Of(1, seed: 7, time.GetUtcNow()), TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal((1, false), (busy.Bodies.Count, sending.IsCompleted));
        time.Advance(TimeSpan.FromSeconds(1));
        await sending.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal(2, busy.Bodies.Count);
        Assert.Equal(busy.Bodies[0], busy.Bodies[1]);
        Assert.All(
            busy.Bodies[0].Split('\n'),
            line => Assert.Matches("""^\{"type":"(Run|Step)[A-Z][a-z]+",.*"occurredAt":"2026-""", line));
    }

    static string OneLine(string text) => Assert.Single(text.Split('\n', StringSplitOptions.RemoveEmptyEntries));

    [Fact]
    public async Task It_goes_to_the_address_that_the_service_listens_on_and_names_it()
    {
        await using var ledger = await EmbeddedLedger.Start();
        var port = ledger.Client.BaseAddress!.Port;

        var (exitCode, output, error) = await Demo(
            ["--runs", "1"], new ConfigurationBuilder().AddInMemoryCollection(
                [new("ASPNETCORE_URLS", $"http://unix:/tmp/no;http://+:{port}/")]).Build());

        Assert.Equal((0, ""), (exitCode, error));
        Assert.EndsWith($"Look at http://127.0.0.1:{port}/", output.TrimEnd(), StringComparison.Ordinal);
    }

    static Task<(int ExitCode, string Output, string Error)> Demo(params string[] arguments) =>
        Demo(arguments, new ConfigurationBuilder().Build());

    static async Task<(int ExitCode, string Output, string Error)> Demo(
        string[] arguments, IConfiguration configuration)
    {
        var root = new RootCommand { DemoCommand.Create(configuration, TimeProvider.System) };
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var exitCode = await root.Parse(["demo", .. arguments])
            .InvokeAsync(new() { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        return (exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Asks once to wait for seven seconds.</summary>
    sealed class Busy : HttpMessageHandler
    {
        public List<string> Bodies { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Bodies.Add(await request.Content!.ReadAsStringAsync(cancellationToken));
            if (Bodies.Count > 1)
            {
                var taken = new IntakeResult(1, [], []);
                return new HttpResponseMessage(HttpStatusCode.Accepted) { Content = JsonContent.Create(taken) };
            }

            var wait = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
            wait.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(7));
            return wait;
        }
    }
}
