using System.CommandLine;
using System.Net.Http.Json;
using Microsoft.Extensions.Configuration;
using RunLedger.Service.Host;
using RunLedger.Signing;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Dossier;

/// <summary>From making a key to verifying a file, with the verbs a user has for it.</summary>
public sealed class DossierToolTests : IAsyncLifetime
{
    readonly string _folder = Directory.CreateTempSubdirectory("run-ledger-dossier").FullName;
    EmbeddedLedger _ledger = null!;

    string Key => In("ledger.key");
    string Url => _ledger.Client.BaseAddress!.ToString();

    public async ValueTask InitializeAsync()
    {
        Assert.Equal(0, (await KeyCreate("--signing", "--out", Key)).Code);
        _ledger = await EmbeddedLedger.Start("--Dossier:SigningKey", Key);
        foreach (var (type, minutes) in ((string, int)[])[("RunStarted", 0), ("RunFailed", 1)])
        {
            using var answer = await _ledger.Client.PostAsJsonAsync("/api/observations", new
            {
                type,
                processRunId = Guid.Parse("0198c0de-0000-7000-8000-000000000001"),
                processCandidateCode = "PROC/CAND:a b",
                correlationId = "c",
                sourceSystem = "dot_runtime",
                errorRef = "no \u001b[31m disk",
                occurredAt = Some.Noon.AddMinutes(minutes),
            });
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_file_that_was_written_verifies_without_a_ledger()
    {
        var written = await ToolRun.Of("dossier", "PROC/CAND:a b", "--url", Url, "--out", In("a.json"));
        await _ledger.Stop();

        var verified = await ToolRun.Of("dossier", "verify", In("a.json"), "--key", $"{Key}.pub");

        Assert.Equal((0, ""), (written.Code, written.Error));
        Assert.Equal((0, ""), (verified.Code, verified.Error));
        Assert.Contains("of PROC/CAND:a b as of ", verified.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_a_file_is_said_in_a_line_and_by_the_exit_code()
    {
        await ToolRun.Of("dossier", "PROC/CAND:a b", "--url", Url, "--out", In("a.json"));
        var text = await File.ReadAllTextAsync(In("a.json"));
        await KeyCreate("--signing", "--out", In("other.key"));
        await File.WriteAllTextAsync(
            In("doctored.json"), text.Replace("\"failed\":1", "\"failed\":0", StringComparison.Ordinal));
        await File.WriteAllTextAsync(In("cut.json"), text[..(text.Length / 2)]);
        await File.WriteAllTextAsync(In("unsigned.json"), """{"document":{},"jws":null,"keyId":null}""");

        await Says(1, "was changed", "doctored.json", $"{Key}.pub");
        await Says(1, "cut off", "cut.json", $"{Key}.pub");
        await Says(1, "was signed with the key", "a.json", $"{In("other.key")}.pub");
        await Says(1, "unsigned", "unsigned.json", $"{Key}.pub");
        await Says(2, "cannot be read", "none.json", $"{Key}.pub");
        await Says(2, "cannot be read", "a.json", In("none.pub"));
        await Says(2, "is the private key", "a.json", Key);
        await Says(2, "no Ed25519 public key", "a.json", In("a.json"));

        async Task Says(int code, string words, string file, string key)
        {
            var run = await ToolRun.Of("dossier", "verify", In(file), "--key", key);
            Assert.Equal(code, run.Code);
            Assert.Contains(words, run.Error, StringComparison.Ordinal);
            Assert.Single(run.Error.TrimEnd().Split('\n'));
            Assert.Empty(run.Output);
        }
    }

    [Fact]
    public async Task It_is_a_table_for_people_and_the_answer_for_scripts()
    {
        var table = await ToolRun.Of("dossier", "PROC/CAND:a b", "--url", Url, "--as-of", "2026-11-02");
        var json = await ToolRun.Of("dossier", "PROC/CAND:a b", "--url", Url, "--as-of", "2026-11-02", "--json");
        await File.WriteAllTextAsync(In("b.json"), json.Output);

        Assert.Equal(0, table.Code);
        Assert.Contains("1: 0 completed, 1 failed, 0 cancelled, 0 open", table.Output, StringComparison.Ordinal);
        Assert.Contains("no  disk", table.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", table.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await ToolRun.Of("dossier", "verify", In("b.json"), "--key", $"{Key}.pub")).Code);
    }

    [Fact]
    public async Task Who_asks_for_what_is_not_there_is_told()
    {
        var unknown = await ToolRun.Of("dossier", "PROC-CAND:unknown", "--url", Url);
        var rubbish = await ToolRun.Of("dossier", "PROC/CAND:a b", "--url", Url, "--as-of", "soon");
        var nothing = await ToolRun.Of("dossier", "--url", Url);
        var folder = await ToolRun.Of("dossier", "PROC/CAND:a b", "--url", Url, "--out", In("none/a.json"));

        Assert.Equal((1, 1, 2, 2), (unknown.Code, rubbish.Code, nothing.Code, folder.Code));
        Assert.Contains("no run of PROC-CAND:unknown", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("'soon' is not an ISO 8601 time", rubbish.Error, StringComparison.Ordinal);
        Assert.Contains("A candidate is missing", nothing.Error, StringComparison.Ordinal);
        Assert.Contains("cannot be written", folder.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_its_users_alone_is_never_printed_and_replaces_none()
    {
        if (OperatingSystem.IsWindows())
            return;
        var path = In("new.key");
        var made = await KeyCreate("--signing", "--out", path);
        var again = await KeyCreate("--signing", "--out", path);
        var secret = (await File.ReadAllLinesAsync(path))[1];

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.DoesNotContain(secret, made.Output, StringComparison.Ordinal);
        Assert.Contains($"Dossier__SigningKey={path}", made.Output, StringComparison.Ordinal);
        var id = VerifyingKey.TryRead(await File.ReadAllTextAsync($"{path}.pub"))!.Id;
        Assert.Contains(id, made.Output, StringComparison.Ordinal);
        Assert.Equal(1, again.Code);
        Assert.Contains("already exists", again.Error, StringComparison.Ordinal);
        Assert.Equal(secret, (await File.ReadAllLinesAsync(path))[1]);
    }

    [Fact]
    public async Task Of_a_key_whose_public_half_cannot_be_written_no_private_half_is_left()
    {
        var path = In("half.key");
        Directory.CreateDirectory($"{path}.pub");

        var made = await KeyCreate("--signing", "--out", path);

        Assert.Equal(1, made.Code);
        Assert.StartsWith("No key was made: ", made.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData("--signing", "--name", "n")]
    [InlineData("--out", "f", "--name", "n", "--scope", "read")]
    [InlineData("--name", "n")]
    [InlineData("--scope", "read")]
    public async Task Options_of_the_other_kind_of_key_are_refused(params string[] options) =>
        Assert.NotEqual(0, (await KeyCreate(options)).Code);

    static async Task<(int Code, string Output, string Error)> KeyCreate(params string[] options)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var root = new RootCommand { KeyCommand.Create(new ConfigurationBuilder().Build()) };
        var code = await root.Parse(["key", "create", .. options])
            .InvokeAsync(new() { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }

    string In(string name) => Path.Combine(_folder, name);
}
