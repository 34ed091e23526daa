using System.CommandLine;
using System.Diagnostics;
using RunLedger.Sealing;
using RunLedger.Verifying;

namespace RunLedger.Cli.Verify;

/// <summary>
/// <c>rows-of-a-file</c>: not for people. <c>verify</c> starts itself so; see <see cref="FileReading"/>.
/// </summary>
static class FileReadingCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE");
        var kind = new Argument<byte>("KIND");
        var first = new Argument<int>("FIRST");
        var command = new Command(FileReading.Verb, "Reads a file of the archive for the process that started it")
        {
            file, kind, first,
        };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            new Thread(EndWithWhoStartedIt) { IsBackground = true }.Start();
            using var output = new BufferedStream(Console.OpenStandardOutput(), 64 * 1024);
            try
            {
                FileDigests.Write(
                    parsed.GetValue(file)!, (LeafKind)parsed.GetValue(kind), parsed.GetValue(first), output);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // It is no Parquet: who asked is told by what is missing.
            }

            return 0;
        });
        return command;
    }

    // Whatever this process is at by then.
    static void EndWithWhoStartedIt()
    {
        using var input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0)
            continue;
        Process.GetCurrentProcess().Kill();
    }
}
