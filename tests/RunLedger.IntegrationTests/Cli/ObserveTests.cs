using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Cli;

/// <summary>A command behind <c>runledger observe</c> is the command alone, for whoever calls it.</summary>
public sealed class ObserveTests(ToolSite site) : IClassFixture<ToolSite>
{
    // The flush is generous where a test asks the ledger afterwards: a slow machine is no outage.
    const string Observe = "runledger observe --flush 30s";

    [Theory]
    [InlineData("true", 0, "completed", null)]
    [InlineData("sh -c 'exit 3'", 3, "failed", "exit code 3")]
    [InlineData("sh -c 'kill -TERM $$'", 143, "failed", "killed by SIGTERM")]
    [InlineData("sh -c 'kill -KILL $$'", 137, "failed", "killed by SIGKILL")]
    [InlineData("sh -c 'exit 143'", 143, "failed", "exit code 143")]
    [InlineData("/etc/passwd", 126, "failed", "cannot be executed: Permission denied")]
    [InlineData("no-such-command", 127, "failed", "command not found")]
    public async Task The_exit_code_is_the_commands_and_the_ledger_has_it(
        string command, int code, string status, string? errorRef)
    {
        var candidate = $"exit-{Guid.CreateVersion7():N}";

        var result = await site.Run($"{Observe} --candidate {candidate} -- {command}");

        Assert.Equal(code, result.Code);
        Assert.Equal("", result.Output);
        Assert.Equal(code is 126 or 127 ? $"runledger: {command}: {errorRef}\n" : "", result.Error);
        var run = await site.RunOf(candidate);
        Assert.Equal(
            (status, errorRef), (run.GetProperty("status").GetString(), run.GetProperty("errorRef").GetString()));
        Assert.NotEqual(default, run.GetProperty("startedAt").GetDateTime());
        Assert.Equal(
            code, ToolSite.Evidence(run, code == 0 ? "RunCompleted" : "RunFailed").GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task A_command_that_is_tried_again_under_its_key_is_one_run_that_comes_to_what_the_last_attempt_does()
    {
        var name = $"again-{Guid.CreateVersion7():N}";

        await site.Run($"{Observe} --candidate {name} --key {name} -- sh -c 'exit 3'");
        await site.Run($"{Observe} --candidate {name} --key {name} --attempt 2 -- true");

        var run = await site.RunOf(name);
        Assert.Equal(
            ("completed", 2, "exit code 3"),
            (run.GetProperty("status").GetString(), run.GetProperty("attempt").GetInt32(),
                run.GetProperty("evidenceRef").GetProperty("attempts")[0].GetProperty("errorRef").GetString()));
    }

    [Theory]
    [InlineData("observe", "There is no command")]
    [InlineData("observe --key k sh -c true", "-- is missing before the command: runledger observe [options] -- sh …")]
    [InlineData("observe --timeout soon -- true", "no time")]
    [InlineData("observe --url ftp://x -- true", "--url is no address")]
    [InlineData("observe --role step -- true", "--parent")]
    [InlineData("observe --key k --attempt 0 -- true", "--attempt is a number from 1")]
    [InlineData("observe --key k --attempt second -- true", "--attempt is a number from 1")]
    [InlineData("observe --attempt 2 -- true", "--attempt needs --key")]
    [InlineData("observe --key k --role step --attempt 2 -- true", "--attempt is of a run")]
    public async Task What_cannot_be_observed_is_said_on_one_line(string arguments, string words)
    {
        var (code, output, error) = await site.Run($"runledger {arguments}");

        Assert.Equal((125, ""), (code, output));
        Assert.Contains(words, Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_output_arguments_and_environment_pass_byte_by_byte()
    {
        var (code, output, error) = await site.Run($$"""
            odd=$(printf 'a\377b')
            export odd
            printf 'in\000put\n' | {{Observe}} -- sh -c 'cat; printf "%s|" "$@" "$odd"; echo err >&2' sh "$odd" '' '--help' '@file' 'x  y' | od -An -tx1 | tr -d ' \n'
            """);

        Assert.Equal(0, code);
        Assert.Equal(
            Convert.ToHexStringLower([.. "in\0put\n"u8, (byte)'a', 0xff, (byte)'b', .. "||--help|@file|x  y|"u8,
                (byte)'a', 0xff, (byte)'b', (byte)'|']),
            output);
        Assert.Equal("err\n", error);
    }

    [Fact]
    public async Task A_hundred_megabytes_come_through_both_ways_as_they_are()
    {
        var (code, _, error) = await site.Run($"""
            head -c 100000000 /dev/urandom > big
            {Observe} -- cat < big | cmp - big || exit 1
            {Observe} -- sh -c 'cat big >&2' 2>&1 >/dev/null | cmp - big || exit 2
            rm big
            """);

        Assert.Equal("", error);
        Assert.Equal(0, code);
    }

    [Fact]
    public async Task The_order_of_stdout_and_stderr_in_one_file_is_kept()
    {
        await site.Run($"{Observe} -- sh -c 'for i in 1 2 3 4 5; do echo o$i; echo e$i >&2; done' > order 2>&1");

        Assert.Equal(
            "o1e1o2e2o3e3o4e4o5e5",
            (await File.ReadAllTextAsync(Path.Combine(site.Folder.FullName, "order"))).ReplaceLineEndings(""));
    }

    [Fact]
    public async Task The_last_lines_of_stderr_are_evidence_of_a_failure()
    {
        var candidate = $"tail-{Guid.CreateVersion7():N}";

        await site.Run(
            $"{Observe} --candidate {candidate} --tail 2 -- "
            + """sh -c 'seq 1 50000 >&2; printf "\033[31mno such table\033[0m\n" >&2; exit 1'""");

        var run = await site.RunOf(candidate);
        Assert.Equal("exit code 1: no such table", run.GetProperty("errorRef").GetString());
        Assert.Equal(
            ["50000", "no such table"],
            ToolSite.Evidence(run, "RunFailed")
                .GetProperty("stderr")
                .EnumerateArray()
                .Select(line => line.GetString()!));
    }

    [Fact]
    public async Task It_works_with_every_handle_closed()
    {
        var candidate = $"closed-{Guid.CreateVersion7():N}";

        var (code, _, _) = await site.Run(
            $"{Observe} --candidate {candidate} -- sh -c 'test ! -e /proc/self/fd/0 && exit 4' <&- >&- 2>&-");

        Assert.Equal(4, code);
        Assert.Equal("failed", (await site.RunOf(candidate)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_script_without_a_first_line_runs_as_in_a_shell_and_no_command_comes_from_the_folder()
    {
        var (code, output, _) = await site.Run($"""
            echo 'echo script $1' > here; chmod +x here
            {Observe} -- ./here 5
            {Observe} -- here 2> /dev/null; echo $?
            """);

        Assert.Equal((0, "script 5\n127\n"), (code, output));
    }

    [Fact]
    public async Task What_reads_only_the_beginning_ends_the_command_as_ever()
    {
        Shell.Need("bash");
        var (_, output, error) = await site.Run($$"""
            bash -c '{{Observe}} -- yes | head -n 1; echo ${PIPESTATUS[0]}'
            bash -c '{{Observe}} -- yes 2>&1 | head -n 1; echo ${PIPESTATUS[0]}'
            """);

        Assert.Equal(("y\n141\ny\n141\n", ""), (output, error));
    }

    [Fact]
    public async Task What_the_command_leaves_behind_keeps_its_stderr_and_delays_nobody()
    {
        var (code, _, error) = await site.Run($$"""
            mkfifo gate
            {{Observe}} -- sh -c '(read line < gate; echo late >&2) & echo early >&2; exit 4' 2> left; echo $? > code
            echo go > gate
            until grep -q late left; do sleep 0.05; done
            exit $(cat code)
            """);

        Assert.Equal((4, ""), (code, error));
        Assert.Equal("early\nlate\n", await File.ReadAllTextAsync(Path.Combine(site.Folder.FullName, "left")));
    }

    [Fact]
    public async Task It_works_under_nohup()
    {
        var candidate = $"nohup-{Guid.CreateVersion7():N}";

        var (code, output, _) = await site.Run($"""
            nohup {Observe} --candidate {candidate} -- sh -c 'kill -HUP $PPID; kill -HUP $$; echo alive; exit 5'
            """);

        Assert.Equal((5, "alive\n"), (code, output));
        Assert.Equal("exit code 5", (await site.RunOf(candidate)).GetProperty("errorRef").GetString());
    }
}
