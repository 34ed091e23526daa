using RunLedger.Cli;

namespace RunLedger.Tests.Support;

/// <summary>The tool as a user runs it, in this process: what it printed and its exit code.</summary>
sealed record ToolRun(int Code, string Output, string Error)
{
    public static async Task<ToolRun> Of(params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await CommandLine.Run(arguments, output, error, TimeProvider.System);
        return new(code, output.ToString(), error.ToString());
    }
}
