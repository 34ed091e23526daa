using System.CommandLine;
using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Output;
using RunLedger.Retention;
using RunLedger.Sealing;
using RunLedger.Signing;
using RunLedger.Verifying;

namespace RunLedger.Cli.Verify;

/// <summary>
/// <c>verify</c>: whether a ledger is as its commits wrote it. It reads the database itself and asks no service. Exit
/// codes: 0 all is as it was written, 1 something is not, 2 it cannot be looked at.
/// </summary>
static class LedgerVerifyCommand
{
    static readonly Option<string?> Postgres = new("--postgres")
    {
        Description = "The ledger's database, as an Npgsql connection string",
        HelpName = "CONN",
        Recursive = true,
    };

    static readonly Option<string?> Sqlite = new("--sqlite")
    {
        Description = "The embedded ledger's file",
        HelpName = "FILE",
        Recursive = true,
    };

    static readonly Option<string[]> Keys = new("--key")
    {
        Description = "A public key that checkpoints are signed with, of whom you trust; again for each that followed",
        HelpName = "PUB",
        Recursive = true,
    };

    /// <summary>Where the archive's files are.</summary>
    public static readonly Option<string?> Archive = new("--archive")
    {
        Description = "The directory of the archive's files, looked at too; or alone, without a database",
        HelpName = "DIR",
    };

    static readonly Option<string?> Kept = new("--checkpoints")
    {
        Description = "Checkpoints that left the machine, a line each: what Checkpoint__File wrote",
        HelpName = "FILE",
    };

    public static Command Create(TimeProvider time)
    {
        var command = new Command("verify", "Whether a ledger is as its commits wrote it; asks no service")
        {
            Postgres, Sqlite, Keys, Archive, Kept,
        };
        command.SetHandler((parsed, cancellationToken) => Run(parsed, time, cancellationToken));
        var id = new Argument<Guid>("RUN") { Description = "The run's id" };
        var proof = new Command("proof", "Write the proof of one run, which needs no ledger to be checked") { id };
        proof.SetHandler((parsed, cancellationToken) => Prove(parsed, parsed.GetValue(id), cancellationToken));
        command.Add(proof);
        var file = new Argument<string>("FILE") { Description = "What verify proof wrote" };
        var check = new Command("check", "Check the proof of one run; asks no ledger") { file };
        check.SetHandler((parsed, cancellationToken) => Check(parsed, parsed.GetValue(file)!, cancellationToken));
        command.Add(check);
        return command;
    }

    static async Task<int> Run(ParseResult parsed, TimeProvider time, CancellationToken cancellationToken)
    {
        var output = parsed.InvocationConfiguration.Output;
        var reader = await Reader(parsed, cancellationToken);
        var kept = new List<SealedCheckpoint>();
        if (parsed.GetValue(Kept) is { } path)
        {
            foreach (var (number, line) in (await Text(path, cancellationToken)).Split('\n').Index())
            {
                if (line.Length == 0)
                    continue;
                var (checkpoint, fault) = reader.Read(line);
                if (checkpoint is not null && fault is not null)
                    throw new CliException($"{path}, line {number + 1}, is no checkpoint: {fault}", ExitCodes.Failure);
                if (checkpoint is not null)
                    kept.Add(checkpoint);
                else
                    // A full disk may have cut it; the service writes it again, whole, and goes on.
                    await parsed.InvocationConfiguration.Error.WriteLineAsync(TerminalText.Sanitize(
                        $"{path}, line {number + 1}, is no checkpoint, and is passed over: {fault}"));
            }
        }

        var files = parsed.GetValue(Archive) is { } archive ? FilesIn(archive) : null;
        if (files is not null && parsed.GetValue(Postgres) is null && parsed.GetValue(Sqlite) is null)
            return await ArchiveAlone.Run(parsed, files, reader, kept, cancellationToken);
        var report = await Open(parsed, async sql => await new LedgerVerifier(
            sql, reader.Read, files is null ? null : new FileChecks(files, new FileReading(time).Of),
            token => Open(parsed, now => LedgerVerifier.Counted(now, token), token))
            .Run(kept, cancellationToken), cancellationToken);
        foreach (var finding in report.Findings)
            await output.WriteLineAsync(TerminalText.Sanitize(finding));
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Rows} rows, {report.Commits} commits, {report.Observations} observations, "
            + $"{report.Checkpoints} checkpoints, {report.Slices} slices: {Verdict(report)}"));
        if (report.Filed > 0)
            await output.WriteLineAsync($"{report.Filed} rows are in files alone, and were looked at there.");
        if (report.Open > 0)
            await output.WriteLineAsync($"{report.Open} commits are newer than the last checkpoint.");
        if (report.NotTakenUp > 0)
            await output.WriteLineAsync($"{report.NotTakenUp} rows of before have not been taken up yet.");
        if (report.Epochs > 1)
        {
            await output.WriteLineAsync(
                $"Sealing was switched on {report.Epochs} times: more often than by you is a finding too.");
        }

        if (report.WhileOff > 0)
        {
            await output.WriteLineAsync(
                $"{report.WhileOff} rows changed or went while commits were not sealed: nothing shows by whom.");
        }

        return report.Findings.Count == 0 ? ExitCodes.Success : ExitCodes.Failure;
    }

    static ArchiveFiles FilesIn(string directory)
    {
        if (!Directory.Exists(directory))
            throw new CliException($"{directory} is no directory.");
        var options = new RunLedgerOptions();
        options.Archive.Directory = directory;
        return new(options);
    }

    static string Verdict(VerificationReport report) => report.Commits == 0 ? "nothing is sealed here."
        : report.Findings.Count == 0 && report.WhileOff > 0
            ? "all as it was written, but for what changed while commits were not sealed."
        : report.Findings.Count == 0 ? "all as it was written."
        : string.Create(CultureInfo.InvariantCulture, $"{report.Findings.Count} findings.");

    static async Task<int> Prove(ParseResult parsed, Guid run, CancellationToken cancellationToken)
    {
        var proof = await Open(
            parsed, async sql => await ProofSearch.Find(sql, run, cancellationToken), cancellationToken)
            ?? throw new CliException($"No checkpoint vouches for run {run} yet.", ExitCodes.Failure);
        await parsed.InvocationConfiguration.Output.WriteLineAsync(JsonSerializer.Serialize(proof, ProofJson));
        return ExitCodes.Success;
    }

    static async Task<int> Check(ParseResult parsed, string file, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Keys) is not { Length: > 0 })
            throw new CliException("--key is missing: get the public key from whom you trust, not with the proof.");
        var text = await Text(file, cancellationToken);
        SealProof? proof;
        try
        {
            proof = JsonSerializer.Deserialize<SealProof>(text, ProofJson);
        }
        catch (JsonException e)
        {
            throw new CliException($"{file}: It is no whole proof: {e.Message}", ExitCodes.Failure);
        }

        var (checkpoint, fault) = (await Reader(parsed, cancellationToken)).Read(proof!.Checkpoint.GetRawText());
        if ((fault ?? (checkpoint is null ? "It has no checkpoint." : proof.Fault(checkpoint))) is { } wrong)
            throw new CliException($"{file}: {wrong}", ExitCodes.Failure);
        var commit = SealedCommit.Read(proof.Commit)!;
        await parsed.InvocationConfiguration.Output.WriteLineAsync(
            $"{file}: run {new Leaf(proof.Leaf).Id} was written by commit {commit.Seq} of {commit.At:O}, with the "
            + $"SHA-256 {Convert.ToHexStringLower(new Leaf(proof.Leaf).After)}; checkpoint {checkpoint!.Number} of "
            + $"{checkpoint.At:O} of ledger {checkpoint.Ledger} vouches for it.");
        return ExitCodes.Success;
    }

    static readonly JsonSerializerOptions ProofJson = new(JsonSerializerDefaults.Web);

    static async Task<T> Open<T>(
        ParseResult parsed, Func<Storage.LedgerSql, Task<T>> work, CancellationToken cancellationToken)
    {
        var (postgres, sqlite) = (parsed.GetValue(Postgres), parsed.GetValue(Sqlite));
        if (postgres is null == sqlite is null)
        {
            throw new CliException(
                "Give --postgres or --sqlite: where the ledger is; or --archive alone, where its files are.");
        }

        try
        {
            await using var snapshot = postgres is not null
                ? await LedgerSnapshot.Postgres(postgres, cancellationToken)
                : await LedgerSnapshot.Sqlite(sqlite!, cancellationToken);
            return await work(snapshot.Sql);
        }
        catch (Exception e) when (e is DbException or ArgumentException)
        {
            throw new CliException($"The ledger cannot be read: {e.Message}");
        }
    }

    static async Task<CheckpointReader> Reader(ParseResult parsed, CancellationToken cancellationToken)
    {
        var keys = new List<VerifyingKey>();
        foreach (var path in parsed.GetValue(Keys) ?? [])
        {
            keys.Add(VerifyingKey.TryRead(await Text(path, cancellationToken))
                ?? throw new CliException($"{path} holds no Ed25519 public key, neither as PEM nor as a JWK."));
        }

        return new(keys);
    }

    static async Task<string> Text(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(path, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{path} cannot be read: {e.Message}");
        }
    }
}
