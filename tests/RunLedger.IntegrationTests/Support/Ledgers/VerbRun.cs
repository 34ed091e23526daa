using System.CommandLine;
using Microsoft.Extensions.Configuration;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Service.Host;

namespace RunLedger.IntegrationTests.Support.Ledgers;

/// <summary>A <c>schema</c> verb as a user runs it: what it printed and its exit code.</summary>
sealed record VerbRun(int ExitCode, string Output, string Error)
{
    public static Task<VerbRun> Schema(TestDatabase database, params string[] arguments) =>
        Schema([], [.. arguments, "--connection", database.ConnectionString]);

    public static async Task<VerbRun> Schema(Dictionary<string, string?> configured, params string[] arguments)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(configured).Build();
        var root = new RootCommand { SchemaCommand.Create(configuration) };
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var exitCode = await root.Parse(["schema", .. arguments])
            .InvokeAsync(new() { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        return new(exitCode, output.ToString(), error.ToString());
    }
}
