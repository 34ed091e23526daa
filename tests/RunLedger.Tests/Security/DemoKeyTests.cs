using System.CommandLine;
using Microsoft.Extensions.Configuration;
using RunLedger.Service.Host;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Security;

public sealed class DemoKeyTests
{
    [Fact]
    public async Task The_demo_sends_the_key_of_its_environment()
    {
        await using var ledger = await EmbeddedLedger.Start(TestKey.Settings(TestKey.Observer));

        var without = await Demo(ledger, null);
        var with = await Demo(ledger, TestKey.Observer.Text);

        Assert.Equal(2, without.Code);
        Assert.Contains(
            "401 Unauthorized. Say who you are: a key in the header X-Api-Key",
            without.Error,
            StringComparison.Ordinal);
        Assert.Equal((0, ""), with);
        Assert.NotEmpty(ledger.List("select 1 from process_run_observation"));
    }

    static async Task<(int Code, string Error)> Demo(EmbeddedLedger ledger, string? key)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Demo:Key", key)]).Build();
        var root = new RootCommand { DemoCommand.Create(settings, TimeProvider.System) };
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await root.Parse(["demo", "--runs", "2", "--url", ledger.Client.BaseAddress!.ToString()])
            .InvokeAsync(new() { Output = output, Error = error });
        return (code, error.ToString());
    }
}
