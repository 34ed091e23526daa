using System.Diagnostics;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Web;

/// <summary>What the programs say of themselves, run as a user runs them.</summary>
public sealed class HelpTests
{
    [Theory]
    [InlineData("RunLedger.Service")]
    [InlineData("RunLedger.Cli")]
    public async Task The_help_of_every_verb_is_as_approved(string program)
    {
        var help = await Help(program, []);

        Approved.Is($"{program}.help.txt", help);
    }

    static async Task<string> Help(string program, string[] verbs)
    {
        var text = await Run(program, [.. verbs, "--help"]);
        var below = text.Split('\n').SkipWhile(line => line.TrimEnd() != "Commands:").Skip(1)
            .TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]);
        var more = await Task.WhenAll(below.Select(verb => Help(program, [.. verbs, verb])));
        return $"$ {program} {string.Join(' ', [.. verbs, "--help"])}\n{text}{string.Concat(more)}";
    }

    static async Task<string> Run(string program, string[] arguments)
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"{program}.dll");
        var start = new ProcessStartInfo("dotnet", [file, .. arguments])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        try
        {
            return await process.StandardOutput.ReadToEndAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
