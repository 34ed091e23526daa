using System.Globalization;

namespace RunLedger.Benchmarks;

/// <summary>
/// What was spent so far: CPU time in microseconds, of every PostgreSQL server and RabbitMQ broker of this machine, and
/// bytes that this process allocated.
/// </summary>
/// <param name="Own">Of this process.</param>
/// <param name="Postgres">Null where none is seen, such as one on another machine.</param>
/// <param name="Broker">As that of PostgreSQL.</param>
/// <param name="Allocated">Bytes.</param>
/// <param name="RowWrites">Rows of the ledger's two tables that were inserted or updated.</param>
/// <param name="Commits">Transactions of the database.</param>
sealed record Costs(
    double Own, double? Postgres, double? Broker, double Allocated, double RowWrites = 0, double Commits = 0)
{
    /// <summary>Linux counts in hundredths of a second, whatever the kernel does.</summary>
    const double MicrosPerTick = 10_000;

    /// <summary>Up to now.</summary>
    public static Costs Now() => new(
        Environment.CpuUsage.TotalTime.TotalMicroseconds,
        Of("postgres"),
        Of("beam.smp"),
        GC.GetTotalAllocatedBytes());

    public static Costs operator -(Costs after, Costs before) => new(
        after.Own - before.Own,
        after.Postgres - before.Postgres,
        after.Broker - before.Broker,
        after.Allocated - before.Allocated,
        after.RowWrites - before.RowWrites,
        after.Commits - before.Commits);

    public static Costs operator /(Costs all, double count) => new(
        all.Own / count,
        all.Postgres / count,
        all.Broker / count,
        all.Allocated / count,
        all.RowWrites / count,
        all.Commits / count);

    // Of all processes of the name, with what their children spent that have ended.
    static double? Of(string name)
    {
        double? ticks = null;
        if (!Directory.Exists("/proc"))
            return null;
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (!char.IsAsciiDigit(Path.GetFileName(process)[0]))
                continue;
            try
            {
                // Its name is in brackets and may hold any character; the times are the 14th to 17th field of all.
                var stat = File.ReadAllText(Path.Combine(process, "stat"));
                if (stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..stat.LastIndexOf(')')] != name)
                    continue;
                ticks = (ticks ?? 0) + stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[11..15]
                    .Sum(time => double.Parse(time, CultureInfo.InvariantCulture));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile.
            }
        }

        return ticks * MicrosPerTick;
    }
}
