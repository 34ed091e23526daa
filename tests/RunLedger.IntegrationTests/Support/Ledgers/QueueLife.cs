namespace RunLedger.IntegrationTests.Support.Ledgers;

/// <summary>
/// What is embedded of a queue: its tables, the example that is run on them, and the lives of its jobs, a statement
/// each transaction. After a statement <c>--></c> is what is told of it, and at the end <c>--=</c> what all that comes
/// to.
/// </summary>
sealed class QueueLife
{
    const string Told = "--> ";
    const string Outcome = "--= ";

    // Times are seconds after a full one an hour ago, with a zone and in UTC without one.
    const string Clock =
        """
        create table began as select date_trunc('second', now() - interval '1 hour') as at;
        create function after(seconds integer) returns timestamptz language sql as
          'select at + seconds * interval ''1 second'' from began';
        create function utc(seconds integer) returns timestamp language sql as
          'select after(seconds) at time zone ''UTC''';

        """;

    QueueLife(string tables, string example, string lives) => (Setup, Lives) = (Clock + tables + example, lives);

    /// <summary>Makes the tables and runs the example.</summary>
    public string Setup { get; }

    /// <summary>As they should be.</summary>
    public string Lives { get; }

    public static QueueLife Of(string queue)
    {
        var parts = Text($"queues/{queue}.sql").Split("-- example\n");
        return new(parts[0], Text($"examples/{queue}.sql"), parts[1]);
    }

    /// <summary>The lives as they are.</summary>
    /// <param name="tell">Runs a statement, and says what is told of it.</param>
    /// <param name="outcome">What all that was told comes to.</param>
    public async Task<string> Live(Func<string, Task<List<string>>> tell, Func<List<string>> outcome)
    {
        var lines = new List<string>();
        var statement = "";
        foreach (var line in Lives.TrimEnd().Split('\n'))
        {
            if (line.StartsWith(Told, StringComparison.Ordinal) || line.StartsWith(Outcome, StringComparison.Ordinal))
                continue;
            lines.Add(line);
            if (line.Length == 0 || line.StartsWith("--", StringComparison.Ordinal))
                continue;
            statement += $"{line}\n";
            if (!line.EndsWith(';'))
                continue;
            lines.AddRange((await tell(statement)).Select(said => Told + said));
            statement = "";
        }

        lines.AddRange(outcome().Select(said => Outcome + said));
        return string.Join('\n', lines) + '\n';
    }

    /// <summary>An embedded file.</summary>
    public static string Text(string name)
    {
        using var reader = new StreamReader(typeof(QueueLife).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
