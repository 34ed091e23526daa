using System.Text.Json;

namespace RunLedger.Testing;

/// <summary>
/// Streams that real clients sent, beside the repository, with what another implementation found in them.
/// </summary>
static class LineageFixtures
{
    public const string Airflow = "airflow";
    public const string Spark = "spark_dataproc_simple_producer_test";
    public const string Plain = "simple_run_event";

    public static string Folder()
    {
        const string folder = "shared/fixtures/openlineage";
        for (var above = new DirectoryInfo(AppContext.BaseDirectory); above is not null; above = above.Parent)
        {
            if (Directory.Exists(Path.Combine(above.FullName, folder)))
            {
                return Path.Combine(above.FullName, folder);
            }
        }

        Assert.Skip($"no {folder} beside the repository: its streams are not part of it");
        return "";
    }

    /// <summary>The events of a stream in the order in which they were sent.</summary>
    public static List<string> Events(string stream) =>
        [.. Directory.GetFiles(Path.Combine(Folder(), stream), "*.json")
            .Order(StringComparer.Ordinal)
            .Select(File.ReadAllText)];

    public static List<(Guid Id, DateTimeOffset Started, DateTimeOffset Ended)> Expected(string stream)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder(), stream + ".expected.json")));
        return
        [
            .. document.RootElement.EnumerateArray().Select(run => (
                run.GetProperty("display_name").GetGuid(),
                run.GetProperty("start_time").GetDateTimeOffset(),
                run.GetProperty("end_time").GetDateTimeOffset())),
        ];
    }

    /// <summary>A stream in its order, reversed, and shuffled with some events twice.</summary>
    public static IEnumerable<List<string>> Orders(IReadOnlyList<string> events)
    {
        yield return [.. events];
        yield return [.. events.Reverse()];
        for (var seed = 0; seed < 3; seed++)
        {
            var shuffled = events.Concat(events.Take(seed * 5)).ToArray();
            new Random(seed).Shuffle(shuffled);
            yield return [.. shuffled];
        }
    }
}
