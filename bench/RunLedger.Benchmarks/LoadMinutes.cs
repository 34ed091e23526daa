using System.Diagnostics;
using HdrHistogram;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using Spectre.Console;
using Recorder = HdrHistogram.Recorder;

namespace RunLedger.Benchmarks;

/// <summary>The minutes of a load: how long a message took, and what became of the two tables.</summary>
/// <param name="servers">Where the tables are.</param>
/// <param name="latencies">Microseconds, as they are recorded.</param>
/// <param name="longest">The longest that is told apart, in microseconds.</param>
sealed class LoadMinutes(Servers servers, Recorder latencies, long longest)
{
    sealed record Minute(
        double Number, long Messages, double P50, double P99, double Longest, double BytesOfRun, double Dead,
        long Vacuums);

    readonly List<Minute> _minutes = [];
    HistogramBase? _reused;
    long _begun, _last;

    public HistogramBase All { get; } = new LongHistogram(longest, 2);

    public bool IsOver => _begun != 0 && Stopwatch.GetElapsedTime(_last) >= TimeSpan.FromMinutes(1);

    /// <summary>What was recorded until now does not count.</summary>
    public void Begin()
    {
        _reused = latencies.GetIntervalHistogram();
        _begun = _last = Stopwatch.GetTimestamp();
    }

    /// <summary>Ends a minute.</summary>
    public async Task Next()
    {
        _reused = latencies.GetIntervalHistogram(_reused);
        _last = Stopwatch.GetTimestamp();
        All.Add(_reused);
        var tables = await servers.Tables();
        _minutes.Add(new(
            Stopwatch.GetElapsedTime(_begun, _last).TotalMinutes,
            _reused.TotalCount,
            Milliseconds(_reused, 50),
            Milliseconds(_reused, 99),
            Milliseconds(_reused, 100),
            (double)tables.Bytes / Math.Max(1, tables.Runs),
            100.0 * tables.Dead / Math.Max(1, tables.Dead + tables.Live),
            tables.Vacuums));
    }

    public static double Milliseconds(HistogramBase latencies, double percentile) =>
        latencies.TotalCount == 0 ? 0 : latencies.GetValueAtPercentile(percentile) / 1_000.0;

    public void Print()
    {
        var table = new Table().AddColumns(
            "minute", "messages", "p50 ms", "p99 ms", "max ms", "bytes a run", "dead rows %", "autovacuums");
        foreach (var one in _minutes)
        {
            table.AddRow(
                $"{one.Number:N1}", $"{one.Messages:N0}", $"{one.P50:N1}", $"{one.P99:N1}", $"{one.Longest:N1}",
                $"{one.BytesOfRun:N0}", $"{one.Dead:N1}", $"{one.Vacuums}");
        }

        AnsiConsole.Write(table);
    }

    public void Draw(string? file, string title)
    {
        if (file is null)
            return;
        var plot = new PlotModel
        {
            Title = $"{title}, from publish to committed, and what the two tables take",
            TitleFontSize = 13,
            Background = OxyColors.White,
        };
        plot.Legends.Add(new Legend
        {
            LegendPosition = LegendPosition.BottomCenter,
            LegendPlacement = LegendPlacement.Outside,
            LegendOrientation = LegendOrientation.Horizontal,
        });
        plot.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, Title = "minutes", Minimum = 0 });
        Panel(plot, "latency", "ms", 0.68, 1);
        Panel(plot, "size", "bytes a run", 0.34, 0.64);
        Panel(plot, "dead", "dead rows, %", 0, 0.3);
        Line(plot, "latency", "p50", LineStyle.Solid, one => one.P50);
        Line(plot, "latency", "p99", LineStyle.Dash, one => one.P99);
        Line(plot, "size", "bytes a run", LineStyle.Dot, one => one.BytesOfRun);
        Line(plot, "dead", "dead rows, %", LineStyle.DashDot, one => one.Dead);
        using var stream = File.Create(file);
        new SvgExporter { Width = 900, Height = 620 }.Export(plot, stream);
    }

    static void Panel(PlotModel plot, string key, string title, double from, double to) => plot.Axes.Add(new LinearAxis
    {
        Key = key,
        Position = AxisPosition.Left,
        Title = title,
        Minimum = 0,
        StartPosition = from,
        EndPosition = to,
        MajorGridlineStyle = LineStyle.Dot,
    });

    void Line(PlotModel plot, string axis, string title, LineStyle style, Func<Minute, double> value)
    {
        var line = new LineSeries { Title = title, YAxisKey = axis, LineStyle = style };
        line.Points.AddRange(_minutes.Select(one => new DataPoint(one.Number, value(one))));
        plot.Series.Add(line);
    }
}
