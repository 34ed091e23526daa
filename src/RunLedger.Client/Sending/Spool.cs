namespace RunLedger.Client.Sending;

/// <summary>
/// A queue of lines on disk, in files of this process: appended at the end, read a file at a time from the front. A
/// file is locked while its process lives, and taken over by another process afterwards. A file that was partly sent
/// when its process died is sent again as a whole, which changes no row. Only the user of the process may read them:
/// errors and evidence may be confidential. Used by the sender alone.
/// </summary>
sealed class Spool : IDisposable
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    readonly string _folder;
    readonly long _maxBytes;
    readonly long _fileBytes;
    readonly LinkedList<FileStream> _files = [];
    readonly Queue<ReadOnlyMemory<byte>> _head = [];

    /// <summary>The first file is being read: nothing is appended to it.</summary>
    bool _reading;

    /// <summary>The last line may be incomplete: nothing is appended after it.</summary>
    bool _lastLineIncomplete;

    /// <exception cref="IOException">The folder cannot be used.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be used.</exception>
    public Spool(string folder, long maxBytes)
    {
        _folder = folder;
        _maxBytes = maxBytes;
        // A whole file is dropped when there is no more room.
        _fileBytes = Math.Min(maxBytes / 4, 4 * 1024 * 1024);
        CreateFolder(folder);
        TakeOver();
    }

    /// <summary>How many lines were dropped because there was no room.</summary>
    public long Dropped { get; private set; }

    /// <summary>How many lines were incomplete because their process died while writing.</summary>
    public long Incomplete { get; private set; }

    public bool IsEmpty => _files.Count == 0;

    /// <summary>Adds the files of processes that have ended, in front of our own.</summary>
    public void TakeOver()
    {
        var mine = _files.Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        // A name begins with the time at which its file was made: the newest first, each before the one it precedes.
        foreach (var path in Directory.EnumerateFiles(_folder, "*.spool")
            .Where(path => !mine.Contains(path))
            .OrderDescending(StringComparer.Ordinal))
        {
            if (TryOpen(path) is not { } file)
                continue;
            if (_reading)
                _files.AddAfter(_files.First!, file);
            else
                _files.AddFirst(file);
        }
    }

    /// <summary>Puts lines before all others, except those that are being read.</summary>
    /// <exception cref="IOException">The disk is full, or gone.</exception>
    public void Prepend(IEnumerable<ReadOnlyMemory<byte>> lines)
    {
        var file = CreateFile();
        if (_reading)
            _files.AddAfter(_files.First!, file);
        else
            _files.AddFirst(file);
        foreach (var line in lines)
            Write(file, line);
    }

    /// <exception cref="IOException">The disk is full, or gone.</exception>
    public void Append(IEnumerable<ReadOnlyMemory<byte>> lines)
    {
        foreach (var line in lines)
        {
            if (_files.Last is not { Value: var last }
                || _lastLineIncomplete
                || last.Length >= _fileBytes
                || (_reading && _files.Count == 1))
                last = _files.AddLast(CreateFile()).Value;
            _lastLineIncomplete = true;
            Write(last, line);
            _lastLineIncomplete = false;
        }

        while (_files.Count > 1 && _files.Sum(file => file.Length) > _maxBytes)
        {
            Load();
            Dropped += _head.Count;
            DeleteFirst();
        }
    }

    /// <summary>The oldest lines, at most so many; they stay until they are removed.</summary>
    public List<ReadOnlyMemory<byte>> Peek(int count)
    {
        while (_files.Count > 0)
        {
            Load();
            if (_head.Count > 0)
                return [.. _head.Take(count)];
            DeleteFirst();
        }

        return [];
    }

    /// <summary>Removes so many of the oldest lines.</summary>
    public void Remove(int count)
    {
        for (var n = 0; n < count; n++)
            _head.Dequeue();
        if (_head.Count == 0)
            DeleteFirst();
    }

    public void Dispose()
    {
        foreach (var file in _files)
            file.Dispose();
        _files.Clear();
    }

    void Load()
    {
        if (_reading)
            return;
        var file = _files.First!.Value;
        var bytes = new byte[file.Length];
        file.Position = 0;
        file.ReadExactly(bytes);
        _reading = true;
        var from = 0;
        for (int end; (end = Array.IndexOf(bytes, (byte)'\n', from)) >= 0; from = end + 1)
        {
            var line = bytes.AsMemory(from, end - from);
            if (ObservationLine.Deserialize(line) is null)
                Incomplete++;
            else
                _head.Enqueue(line);
        }

        if (from < bytes.Length)
            Incomplete++;
    }

    void DeleteFirst()
    {
        var file = _files.First!.Value;
        _files.RemoveFirst();
        _head.Clear();
        _reading = false;
        // Deleted before the lock is released, so that no other process takes it over.
        File.Delete(file.Name);
        file.Dispose();
    }

    // Unbuffered, a line at a time: what is written survives this process.
    static void Write(FileStream file, ReadOnlyMemory<byte> line)
    {
        file.Seek(0, SeekOrigin.End);
        file.Write([.. line.Span, (byte)'\n']);
    }

    static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        // The mode is of the last one alone.
        if (Directory.GetParent(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))) is { Exists: false } above)
            CreateFolder(above.FullName);
        Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
    }

    FileStream CreateFile() => Open(Path.Combine(_folder, $"{Guid.CreateVersion7():N}.spool"), FileMode.CreateNew);

    static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (mode == FileMode.CreateNew && !OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return new(path, options);
    }

    /// <summary>Null where another process has locked it, or has just deleted it.</summary>
    static FileStream? TryOpen(string path)
    {
        try
        {
            return Open(path, FileMode.Open);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
