using System.Text.Json;
using ParquetSharp;
using RunLedger.Storage;
using RunLedger.Storage.Rows;
using RunLedger.Telemetry;

namespace RunLedger.Retention;

/// <summary>
/// The directory of the archive: <c>&lt;yyyy-MM&gt;/&lt;slice&gt;.runs.parquet</c>, <c>.components.parquet</c> and,
/// when both are on disk, <c>&lt;slice&gt;.json</c>, the manifest.
/// </summary>
sealed class ArchiveFolder(string root)
{
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Writes a slice; when it returns it survives a power cut.</summary>
    /// <exception cref="ArchiveException">It could not be written; nothing is left of it.</exception>
    public SliceManifest Write(
        string month,
        IEnumerable<RunRow> runs,
        IEnumerable<ComponentRow> components,
        Func<SliceManifest, SliceManifest> finish,
        CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        var folder = Path.Combine(root, month);
        try
        {
            PrivateFiles.CreateDirectory(folder);
            var manifest = finish(new SliceManifest(
                id, month,
                Write(folder, SliceManifest.RunsName(id), ParquetTable.Runs, runs, cancellationToken),
                Write(folder, SliceManifest.ComponentsName(id), ParquetTable.Components, components, cancellationToken),
                SliceManifest.Newest));
            using (var stream = PrivateFiles.Create(Path.Combine(folder, manifest.Name)))
            {
                JsonSerializer.Serialize(stream, manifest, Json);
                stream.Flush(flushToDisk: true);
            }

            DurableFolder.Sync(folder);
            DurableFolder.Sync(root);
            return manifest;
        }
        catch (Exception e)
        {
            Discard(month, id);
            if (e is not (IOException or UnauthorizedAccessException or NotSupportedException or ParquetException))
                throw;
            throw new ArchiveException($"The archive cannot be written to {Path.GetFullPath(root)}: {e.Message}", e);
        }
    }

    /// <summary>Whether files can be written at all.</summary>
    /// <exception cref="ArchiveException">They cannot.</exception>
    public void Check()
    {
        try
        {
            PrivateFiles.CreateDirectory(root);
            var probe = Path.Combine(root, $".{Guid.CreateVersion7()}.probe");
            PrivateFiles.Create(probe).Dispose();
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ArchiveException($"The archive cannot be written to {root}: {e.Message}", e);
        }
    }

    /// <summary>The manifests that are there, the newest first.</summary>
    public IReadOnlyList<SliceManifest> Manifests() => Directory.Exists(root)
        ? [.. Directory.EnumerateFiles(root, "*.json", SearchOption.AllDirectories)
            .Select(Parse)
            .OfType<SliceManifest>()
            .OrderByDescending(manifest => $"{manifest.SliceId}", StringComparer.Ordinal)]
        : [];

    /// <exception cref="ArchiveException">It is not there, or none.</exception>
    public SliceManifest Manifest(ArchiveSlice slice) =>
        Parse(PathOf(slice.Month, $"{slice.Id}.json"))
            ?? throw new ArchiveException($"{slice.Month}/{slice.Id}.json cannot be read: there is no such file.");

    /// <summary>The slices of which there is any file, by what their names say.</summary>
    public IEnumerable<(string Month, Guid Id)> Names() => !Directory.Exists(root) ? [] : Directory
        .EnumerateDirectories(root)
        .Where(folder => SliceManifest.IsMonth(Path.GetFileName(folder)))
        .SelectMany(folder => Directory.EnumerateFiles(folder)
            .Select(file => (
                Month: Path.GetFileName(folder),
                Id: Guid.TryParse(Path.GetFileName(file).Split('.')[0], out var id) ? id : Guid.Empty)))
        .Where(name => name.Id != Guid.Empty)
        .Distinct();

    public string PathOf(string month, string name) => Path.Combine(root, month, name);

    /// <exception cref="ArchiveException">The file is not as it was written.</exception>
    public void Same(SliceManifest slice, ArchivedFile file, CancellationToken cancellationToken) =>
        Checked(slice, file, stream => ArchiveHash.Of(stream, stream.Length, cancellationToken) == file.Sha256);

    /// <summary>The same for one row group and what says where it is, and not for the others.</summary>
    public void Same(SliceManifest slice, ArchivedFile file, int group, CancellationToken cancellationToken) =>
        Checked(slice, file, stream =>
        {
            var begin = stream.Position = group == 0 ? 0 : file.Groups![group - 1].End;
            if (ArchiveHash.Of(stream, file.Groups![group].End - begin, cancellationToken) != file.Groups[group].Sha256)
                return false;
            begin = stream.Position = file.Groups[^1].End;
            return ArchiveHash.Of(stream, stream.Length - begin, cancellationToken) == file.Footer;
        });

    /// <summary>Deletes what is left of a slice; the manifest last, so that it can be gone on with.</summary>
    public void Discard(string month, Guid id)
    {
        try
        {
            foreach (var name in (string[])[SliceManifest.RunsName(id), SliceManifest.ComponentsName(id), $"{id}.json"])
                File.Delete(PathOf(month, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What is left is in no transaction: archive verify names it.
        }
    }

    static ArchivedFile Write<TRow>(
        string folder,
        string name,
        ParquetTable<TRow> table,
        IEnumerable<TRow> rows,
        CancellationToken cancellationToken)
        where TRow : LedgerRow, new()
    {
        using var stream = PrivateFiles.Create(Path.Combine(folder, name));
        var groups = table.Write(stream, rows.Select(row =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            return row;
        }));
        var file = ArchiveHash.Of(stream, name, groups, cancellationToken);
        stream.Flush(flushToDisk: true);
        return file;
    }

    void Checked(SliceManifest slice, ArchivedFile file, Func<FileStream, bool> same)
    {
        try
        {
            using var stream = File.OpenRead(PathOf(slice.Month, file.Name));
            if (!same(stream))
                throw new ArchiveException(
                    $"{slice.Month}/{file.Name} was changed after it was written: its SHA-256 is another.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException($"{slice.Month}/{file.Name} cannot be read: {e.Message}", e);
        }
    }

    // Null where it is gone: it was deleted meanwhile.
    static SliceManifest? Parse(string path)
    {
        try
        {
            return Parse(path, File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new ArchiveException($"{path} is no manifest of the archive: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException($"{path} cannot be read: {e.Message}", e);
        }
    }

    static SliceManifest Parse(string path, byte[] bytes)
    {
        if (JsonSerializer.Deserialize<SliceManifest>(bytes, Json)
            is not { Runs: not null, Components: not null } manifest)
            throw new ArchiveException($"{path} is no manifest of the archive.");
        // Of its names paths are made, and whoever can write here could have them lead anywhere.
        if (manifest.StrangeName is { } strange)
        {
            throw new ArchiveException(
                $"{path} is no manifest of the archive: it names '{new ForeignText(strange)}', which is not of "
                + "its slice.");
        }

        if (manifest.Layout is < 1 or > SliceManifest.Newest)
            throw new ArchiveException(
                $"{path} is of layout {manifest.Layout}, which a newer RunLedger wrote: read it with that one.");
        if (manifest.Layout > 1 && (manifest.Runs.Groups is null || manifest.Components.Groups is null))
            throw new ArchiveException($"{path} is no manifest of the archive: it does not say its row groups.");
        if (!manifest.Runs.IsOrdered || !manifest.Components.IsOrdered)
            throw new ArchiveException($"{path} is no manifest of the archive: its row groups do not follow another.");
        if (Path.GetFileName(path) != manifest.Name || Path.GetFileName(Path.GetDirectoryName(path)) != manifest.Month)
            throw new ArchiveException(
                $"{path} is the manifest of {manifest.Month}/{manifest.SliceId}: put it back there, or delete it.");
        return manifest;
    }

    /// <summary>What a manifest that is replaced was.</summary>
    public string HashOf(SliceManifest manifest) =>
        ArchiveHash.Of(File.ReadAllBytes(PathOf(manifest.Month, manifest.Name)));
}
