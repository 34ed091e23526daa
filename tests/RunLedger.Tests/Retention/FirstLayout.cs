using RunLedger.Retention;
using RunLedger.Testing;

namespace RunLedger.Tests.Retention;

/// <summary>
/// A slice as versions before Parquet's own types wrote it, in <c>FirstLayout/</c>: two runs, one of them with every
/// column, and three components.
/// </summary>
static class FirstLayout
{
    public static (ArchiveSlice Slice, Guid Full, Guid Bare) CopyTo(string archive)
    {
        var slice = new ArchiveSlice(Guid.Parse("01a2204c-daa0-743e-8188-be6646ac32ef"), "2026-08", 2, 3);
        var month = Directory.CreateDirectory(Path.Combine(archive, slice.Month)).FullName;
        foreach (var file in Directory.GetFiles(
            Path.Combine(Checkout.Root, "tests", "RunLedger.Tests", "Retention", "FirstLayout")))
            File.Copy(file, Path.Combine(month, Path.GetFileName(file)));
        return (
            slice,
            Guid.Parse("01987000-0000-7000-8000-00000000000a"),
            Guid.Parse("f1987000-0000-7000-8000-00000000000b"));
    }
}
