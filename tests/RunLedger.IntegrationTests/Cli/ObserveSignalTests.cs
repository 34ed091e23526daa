using System.Diagnostics;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Cli;

/// <summary>Signals, time limits and terminals.</summary>
public sealed class ObserveSignalTests(ToolSite site) : IClassFixture<ToolSite>
{
    const string Observe = "runledger observe --flush 30s";
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    [InlineData("QUIT")]
    [InlineData("USR1")]
    public async Task A_signal_given_to_the_wrapper_reaches_the_command_and_is_outlived(string signal)
    {
        var name = $"signal-{Guid.CreateVersion7():N}";
        using var process = site.Start($$"""
            exec {{Observe}} --candidate {{name}} -- sh -c 'trap "echo {{signal}}; exit 9" {{signal}}; echo > {{name}}; while :; do sleep 0.05; done'
            """);
        await ThereIs(name);

        await Shell.Run("kill", $"-{signal}", $"{process.Id}");
        var output = await Ended(process);

        Assert.Equal((9, signal), (process.ExitCode, output.TrimEnd()));
        Assert.Equal("exit code 9", (await site.RunOf(name)).GetProperty("errorRef").GetString());
    }

    [Fact]
    public async Task A_command_that_dies_of_the_signal_is_reported_so()
    {
        var name = $"killed-{Guid.CreateVersion7():N}";
        using var process = site.Start($"exec {Observe} --candidate {name} -- sh -c 'echo > {name}; exec sleep 600'");
        await ThereIs(name);

        await Shell.Run("kill", "-TERM", $"{process.Id}");
        await Ended(process);

        Assert.Equal(143, process.ExitCode);
        var run = await site.RunOf(name);
        Assert.Equal("killed by SIGTERM", run.GetProperty("errorRef").GetString());
        Assert.Equal("SIGTERM", ToolSite.Evidence(run, "RunFailed").GetProperty("signal").GetString());
    }

    [Theory]
    [InlineData("sleep 600", 124)]
    [InlineData("sh -c 'sleep 600 & sleep 600'", 124)]
    [InlineData("sh -c 'trap \"exit 0\" TERM; sleep 600 & wait'", 124)]
    [InlineData("sh -c 'trap \"\" TERM; sleep 600 & wait; wait; sleep 600'", 137)]
    public async Task A_command_whose_time_is_over_ends_with_all_it_started(string command, int code)
    {
        var name = $"timeout-{Guid.CreateVersion7():N}";

        var result = await site.Run(
            $"{Observe} --candidate {name} --timeout 300ms --kill-after 300ms -- {command}", ("MARK", name));

        Assert.Equal(code, result.Code);
        var run = await site.RunOf(name);
        Assert.StartsWith(
            "timed out after 00:00:00.3", run.GetProperty("errorRef").GetString(), StringComparison.Ordinal);
        Assert.True(ToolSite.Evidence(run, "RunFailed").GetProperty("timedOut").GetBoolean());
        await Eventually.Async(async () =>
        {
            var left = await Shell.Run("sh", "-c", $"grep -lsa MARK={name} /proc/[0-9]*/environ || true");
            return left.Length > 0 ? left : null;
        }, Limit);
    }

    [Fact]
    public async Task A_long_command_is_seen_alive()
    {
        var name = $"alive-{Guid.CreateVersion7():N}";
        using var process = site.Start(
            $"exec {Observe} --candidate {name} --heartbeat 50ms -- sh -c 'until [ -e {name} ]; do sleep 0.05; done'");

        await Eventually.Async(async () =>
        {
            var runs = (await site.Json($"/api/runs?candidate={name}")).GetProperty("items");
            return runs.GetArrayLength() == 1 && runs[0].ToString().Contains("RunHeartbeat", StringComparison.Ordinal)
                ? null
                : runs.ToString();
        }, Limit);
        await File.WriteAllTextAsync(Path.Combine(site.Folder.FullName, name), "");
        await Ended(process);

        Assert.Equal("completed", (await site.RunOf(name)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Whoever_waits_sees_that_an_interrupted_command_was_interrupted()
    {
        Shell.Need("python3");

        var (_, output, _) = await site.Run("""
            python3 -c 'import subprocess; print(subprocess.run(["runledger", "observe", "--", "sh", "-c", "kill -INT $$"]).returncode)'
            """);

        Assert.Equal("-2", output.Trim());
    }

    [Fact]
    public async Task A_terminal_is_inherited_and_its_ctrl_c_comes_once()
    {
        Shell.Need("script");
        var name = $"terminal-{Guid.CreateVersion7():N}";
        // The shell around them would, as dash does, die of the Ctrl+C that they have too.
        // Behind Ctrl+C, which both had, the command asks the wrapper for another signal: what came before that is all.
        await File.WriteAllTextAsync(Path.Combine(site.Folder.FullName, $"{name}.sh"), $"""
            trap 'echo INT >> {name}.log; kill -USR1 $PPID' INT
            trap 'exit 6' USR1
            test -t 0 && test -t 1 && test -t 2 && echo > {name}
            while :; do sleep 0.05; done
            """);

        var (code, _, _) = await site.Run($"""
            (until [ -e {name} ]; do sleep 0.05; done; printf '\003'; until [ -e {name}.end ]; do sleep 0.05; done) |
              script -qec 'trap : INT; {Observe} --candidate {name} -- sh {name}.sh; code=$?; echo > {name}.end; exit $code' /dev/null
            """);

        Assert.Equal(6, code);
        Assert.Equal("INT\n", await File.ReadAllTextAsync(Path.Combine(site.Folder.FullName, $"{name}.log")));
        // On a busy machine the wrapper may hear of the Ctrl+C only after the end, and leave the rest to the next one.
        await site.Run($"{Observe} -- true");
        Assert.Equal("exit code 6", (await site.RunOf(name)).GetProperty("errorRef").GetString());
    }

    Task ThereIs(string file) => Eventually.Async(
        () => Task.FromResult(File.Exists(Path.Combine(site.Folder.FullName, file)) ? null : $"no {file}"), Limit);

    static async Task<string> Ended(Process process)
    {
        using var limit = new CancellationTokenSource(Limit);
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return output;
    }
}
