using RunLedger.Storage;
using RunLedger.Storage.Sqlite;

namespace RunLedger.Tests.Storage;

/// <summary>Who may read the embedded ledger, on a system that has such modes.</summary>
public sealed class PrivateFilesTests : IDisposable
{
    const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    readonly string _folder = Directory.CreateTempSubdirectory("run-ledger-private-").FullName;

    string FileName => Path.Combine(_folder, "run-ledger.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_ledger_and_what_SQLite_puts_beside_it_are_its_user_s()
    {
        if (OperatingSystem.IsWindows())
            return;
        using var ledger = new LedgerStore(FileName);
        ledger.Open();

        var files = Directory.GetFiles(_folder);

        Assert.Equal(
            ["run-ledger.db", "run-ledger.db-shm", "run-ledger.db-wal"],
            files.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (var file in files)
            Assert.Equal(Owner, File.GetUnixFileMode(file));
    }

    [Fact]
    public void A_ledger_that_somebody_shares_stays_shared()
    {
        if (OperatingSystem.IsWindows())
            return;
        using (var first = new LedgerStore(FileName))
            first.Open();
        File.SetUnixFileMode(FileName, Owner | UnixFileMode.GroupRead);

        using var again = new LedgerStore(FileName);
        again.Open();

        foreach (var file in Directory.GetFiles(_folder))
            Assert.Equal(Owner | UnixFileMode.GroupRead, File.GetUnixFileMode(file));
    }

    [Fact]
    public void A_directory_is_made_with_those_above_it_and_one_that_is_there_keeps_its_mode()
    {
        if (OperatingSystem.IsWindows())
            return;
        File.SetUnixFileMode(_folder, Owner | UnixFileMode.UserExecute | UnixFileMode.GroupExecute);

        PrivateFiles.CreateDirectory(Path.Combine(_folder, "a", "b"));
        PrivateFiles.CreateDirectory(_folder);

        Assert.Equal(
            Owner | UnixFileMode.UserExecute | UnixFileMode.GroupExecute, File.GetUnixFileMode(_folder));
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_folder, "a")));
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_folder, "a", "b")));
    }

    [Fact]
    public void What_is_in_memory_leaves_no_file()
    {
        using var ledger = new LedgerStore(":memory:");
        ledger.Open();

        Assert.False(File.Exists(":memory:"));
    }
}
