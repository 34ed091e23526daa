using System.Text;
using RunLedger.Client.Sending;

namespace RunLedger.Tests.Client;

/// <summary>Who may read what waits on disk, on a system that has such modes.</summary>
public sealed class SpoolTests : IDisposable
{
    const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    readonly string _folder = Directory.CreateTempSubdirectory("run-ledger-spool-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_spool_and_its_files_are_its_user_s()
    {
        if (OperatingSystem.IsWindows())
            return;
        var folder = Path.Combine(_folder, "state", "spool");
        using var spool = new Spool(folder, 1_000_000);
        spool.Append([Encoding.UTF8.GetBytes("{}")]);

        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_folder, "state")));
        Assert.Equal(Owner, File.GetUnixFileMode(Assert.Single(Directory.GetFiles(folder))));
    }

    [Fact]
    public void A_folder_that_is_there_keeps_its_mode()
    {
        if (OperatingSystem.IsWindows())
            return;
        const UnixFileMode made = Owner | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        File.SetUnixFileMode(_folder, made);
        using var spool = new Spool(_folder, 1_000_000);

        Assert.Equal(made, File.GetUnixFileMode(_folder));
    }
}
