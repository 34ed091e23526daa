namespace RunLedger.Storage;

/// <summary>
/// Creates what only the user of this process may read, where the system has such modes. What is there already keeps
/// the mode that somebody gave it.
/// </summary>
static class PrivateFiles
{
    const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>With those above it, where they are missing.</summary>
    public static DirectoryInfo CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            return Directory.CreateDirectory(path);
        // The mode is of the last one alone.
        if (Directory.GetParent(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))) is { Exists: false } above)
            CreateDirectory(above.FullName);
        return Directory.CreateDirectory(path, Owner | UnixFileMode.UserExecute);
    }

    /// <exception cref="IOException">There is one of this name, or it cannot be created.</exception>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Owner;
        return new(path, options);
    }
}
