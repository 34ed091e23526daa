using System.CommandLine;
using System.Globalization;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Output;
using RunLedger.Folding;
using RunLedger.Retention;
using RunLedger.Sealing;
using RunLedger.Verifying;

namespace RunLedger.Cli.Verify;

/// <summary><c>verify --archive</c> without a database.</summary>
static class ArchiveAlone
{
    public static async Task<int> Run(
        ParseResult parsed, ArchiveFiles files, CheckpointReader reader, IReadOnlyList<SealedCheckpoint> kept,
        CancellationToken cancellationToken)
    {
        var path = SliceLog.PathIn(parsed.GetValue(LedgerVerifyCommand.Archive)!);
        string[] list;
        try
        {
            list = File.Exists(path) ? await File.ReadAllLinesAsync(path, cancellationToken) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{path} cannot be read: {e.Message}");
        }

        var verifier = new ArchiveVerifier(files, reader.Read, new FileChecks(files))
        {
            Signed = reader.HasKeys,
        };
        var report = verifier.Run(list, kept, cancellationToken);
        foreach (var finding in report.Findings)
            await Say(finding);
        var verdict = report.Findings.Count == 0
            ? "the files are those that it vouches for."
            : string.Create(CultureInfo.InvariantCulture, $"{report.Findings.Count} findings.");
        await Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Slices} slices by the list's {report.Checkpoints} lines, "
            + $"up to checkpoint {verifier.Last?.Number ?? 0}"
            + $"{(verifier.Last is { } last ? $" of {LedgerTime.Text(last.At)}" : "")}: {verdict}"));
        foreach (var number in verifier.PassedOver)
            await Say($"Line {number} of the list is none, and was passed over.");
        foreach (var slice in verifier.Newer)
            await Say($"Slice {slice} is not in the list: no checkpoint vouches for it, or not yet.");
        if (kept.Count == 0 && !reader.HasKeys)
            await Say("Whoever can write here can have written the list too: give --checkpoints, or --key.");
        return report.Findings.Count == 0 ? ExitCodes.Success : ExitCodes.Failure;

        Task Say(string text) => parsed.InvocationConfiguration.Output.WriteLineAsync(TerminalText.Sanitize(text));
    }
}
