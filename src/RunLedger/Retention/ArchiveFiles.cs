using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Parquet;
using Parquet.Serialization;
using RunLedger.Storage;
using RunLedger.Telemetry;

namespace RunLedger.Retention;

/// <summary>
/// The archive as files: <c>&lt;directory&gt;/&lt;yyyy-MM&gt;/&lt;slice&gt;.runs.parquet</c>,
/// <c>.components.parquet</c> and, when both are on disk, <c>&lt;slice&gt;.json</c>, the manifest. A slice's name is
/// new every time, so that nothing is ever written over and replicas share a directory; what a slice without its
/// transaction left behind is harmless.
/// </summary>
sealed class ArchiveFiles(RunLedgerOptions options)
{
    static readonly ParquetOptions Parquet = new() { CompressionMethod = CompressionMethod.Zstd };
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public bool On => options.Archive.Directory is not null;

    string Root => options.Archive.Directory!;

    /// <summary>
    /// Writes the rows of a slice, all settled in one month; when it returns they survive a power cut.
    /// </summary>
    /// <exception cref="ArchiveException">They could not be written; nothing is left of them.</exception>
    public async Task<ArchiveSlice> Keep(ArchivedRows rows, CancellationToken cancellationToken)
    {
        var month = ArchiveSlice.MonthOf(rows.Runs[0].SettledAt!.Value);
        var id = Guid.CreateVersion7();
        var folder = Path.Combine(Root, month);
        try
        {
            PrivateFiles.CreateDirectory(folder);
            var runs = await Write(
                folder, SliceManifest.RunsName(id), rows.Runs.ConvertAll(ArchivedRun.Of), cancellationToken);
            var components = await Write(
                folder,
                SliceManifest.ComponentsName(id),
                rows.Components.ConvertAll(ArchivedComponent.Of),
                cancellationToken);
            var manifest = new SliceManifest(id, month, runs, components);
            var text = JsonSerializer.SerializeToUtf8Bytes(manifest, Json);
            await Write(folder, $"{id}.json", stream => stream.WriteAsync(text, cancellationToken).AsTask());
            SyncFolder(folder);
            SyncFolder(Root);
            return manifest.Slice;
        }
        catch (Exception e)
        {
            Discard(folder, id);
            if (e is not (IOException or UnauthorizedAccessException or NotSupportedException))
                throw;
            throw new ArchiveException($"The archive cannot be written to {Path.GetFullPath(Root)}: {e.Message}", e);
        }
    }

    /// <summary>Whether files can be written at all.</summary>
    /// <exception cref="ArchiveException">They cannot.</exception>
    public void Check()
    {
        try
        {
            PrivateFiles.CreateDirectory(Root);
            var probe = Path.Combine(Root, $".{Guid.CreateVersion7()}.probe");
            PrivateFiles.Create(probe).Dispose();
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ArchiveException($"The archive cannot be written to {Root}: {e.Message}", e);
        }
    }

    /// <summary>The slices whose manifest is there, the newest first.</summary>
    public IReadOnlyList<ArchiveSlice> Slices() => Directory.Exists(Root)
        ? [.. Manifests().Select(manifest => manifest.Slice)
            .OrderByDescending(slice => slice.Id.ToString(), StringComparer.Ordinal)]
        : [];

    /// <exception cref="ArchiveException">The files are not as they were written.</exception>
    public async Task<ArchivedRows> Read(ArchiveSlice slice, CancellationToken cancellationToken)
    {
        var manifest = ManifestOf(slice);
        await Same(slice, manifest.Runs, cancellationToken);
        await Same(slice, manifest.Components, cancellationToken);
        try
        {
            var runs = await ParquetSerializer.DeserializeAsync<ArchivedRun>(
                PathOf(slice, manifest.Runs.Name), cancellationToken: cancellationToken);
            var components = manifest.Components.Rows == 0
                ? []
                : (await ParquetSerializer.DeserializeAsync<ArchivedComponent>(
                    PathOf(slice, manifest.Components.Name), cancellationToken: cancellationToken)).Data;
            return new ArchivedRows(
                [.. runs.Data.Select(run => run.Row())], [.. components.Select(component => component.Row())]);
        }
        catch (Exception e) when (e is not (OperationCanceledException or ArchiveException))
        {
            throw new ArchiveException(
                $"{slice.Month}/{slice.Id}: the files are no Parquet of the ledger: {e.Message}", e);
        }
    }

    /// <summary>Whether a slice is as it was written; what is wrong, or null.</summary>
    public async Task<string?> Fault(ArchiveSlice slice, CancellationToken cancellationToken)
    {
        try
        {
            var rows = await Read(slice, cancellationToken);
            return rows.Runs.Count == slice.Runs && rows.Components.Count == slice.Components
                ? null
                : $"{slice.Month}/{slice.Id}: {rows.Runs.Count} runs and {rows.Components.Count} components, "
                    + $"but {slice.Runs} and {slice.Components} left the tables.";
        }
        catch (ArchiveException e)
        {
            return e.Message;
        }
    }

    static async Task<ArchivedFile> Write<T>(
        string folder, string name, List<T> rows, CancellationToken cancellationToken)
        where T : ArchivedRecord
    {
        ArchivedFile? written = null;
        await Write(folder, name, async stream =>
        {
            await ParquetSerializer.SerializeAsync(rows, stream, Parquet, cancellationToken: cancellationToken);
            stream.Position = 0;
            var hash = await SHA256.HashDataAsync(stream, cancellationToken);
            written = new ArchivedFile(name, rows.Count, stream.Length, Convert.ToHexStringLower(hash));
        });
        return written!;
    }

    static async Task Write(string folder, string name, Func<FileStream, Task> write)
    {
        await using var stream = PrivateFiles.Create(Path.Combine(folder, name));
        await write(stream);
        stream.Flush(flushToDisk: true);
    }

    async Task Same(ArchiveSlice slice, ArchivedFile file, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = File.OpenRead(PathOf(slice, file.Name));
            if (Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)) != file.Sha256)
                throw new ArchiveException(
                    $"{slice.Month}/{file.Name} was changed after it was written: its SHA-256 is another.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException($"{slice.Month}/{file.Name} cannot be read: {e.Message}", e);
        }
    }

    SliceManifest ManifestOf(ArchiveSlice slice)
    {
        try
        {
            return Parse(PathOf(slice, $"{slice.Id}.json"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException($"{slice.Month}/{slice.Id}.json cannot be read: {e.Message}", e);
        }
    }

    IEnumerable<SliceManifest> Manifests() =>
        Directory.EnumerateFiles(Root, "*.json", SearchOption.AllDirectories).Select(Parse);

    static SliceManifest Parse(string path)
    {
        try
        {
            if (JsonSerializer.Deserialize<SliceManifest>(File.ReadAllBytes(path), Json)
                is not { Runs: not null, Components: not null } manifest)
                throw new ArchiveException($"{path} is no manifest of the archive.");
            // Of its names paths are made, and whoever can write here could have them lead anywhere.
            if (manifest.StrangeName is { } strange)
            {
                throw new ArchiveException(
                    $"{path} is no manifest of the archive: it names '{new ForeignText(strange)}', which is not of "
                    + "its slice.");
            }

            return manifest;
        }
        catch (JsonException e)
        {
            throw new ArchiveException($"{path} is no manifest of the archive: {e.Message}", e);
        }
    }

    string PathOf(ArchiveSlice slice, string name) => Path.Combine(Root, slice.Month, name);

    static void Discard(string folder, Guid id)
    {
        try
        {
            foreach (var file in Directory.EnumerateFiles(folder, $"{id}.*"))
                File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What is left is in no transaction: archive verify names it.
        }
    }

    // A new name is durable when its folder is, for which .NET has no call; Windows needs none.
    static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        const int ReadOnly = 0;
        var handle = Open(folder, ReadOnly);
        if (handle < 0)
            throw new IOException($"{folder} cannot be opened: error {Marshal.GetLastPInvokeError()}.");
        var synced = Sync(handle);
        var error = Marshal.GetLastPInvokeError();
        _ = Close(handle);
        if (synced != 0)
            throw new IOException($"{folder} cannot be made durable: error {error}.");
    }

    [DllImport(
        "libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi,
        BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Open(string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Sync(int handle);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Close(int handle);
}
