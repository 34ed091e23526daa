using System.CommandLine;
using System.Text.RegularExpressions;

namespace RunLedger.Cli.Journal;

/// <summary>
/// <c>journal rebuild | compare | gaps | replay</c>: what was published, beside what the ledger has.
/// </summary>
static partial class JournalCommand
{
    public static Command Create(TimeProvider time)
    {
        var options = new JournalOptions();
        Command[] verbs =
        [
            RebuildCommand.Create(options, time),
            CompareCommand.Create(options, time),
            GapsCommand.Create(options, time),
            ReplayJournalCommand.Create(options, time),
        ];
        var command = new Command("journal", "What was published, as the broker kept it, beside what the ledger has");
        foreach (var verb in verbs)
        {
            options.AddTo(verb, database: verb != verbs[^1]);
            command.Subcommands.Add(verb);
        }

        return command;
    }

    public static Option<bool> Json() => new("--json") { Description = "Print what was found as JSON, for scripts" };

    public static Option<string?> Schema(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = "SCHEMA" };
        option.Validators.Add(parsed =>
        {
            if (parsed.GetValueOrDefault<string?>() is { } schema && !Name().IsMatch(schema))
            {
                parsed.AddError(
                    $"{name} is a name of small letters, digits and _ that does not begin with pg_, such as "
                    + "journal_1.");
            }
        });
        return option;
    }

    [GeneratedRegex("^(?!pg_)[a-z_][a-z0-9_]{0,62}$")]
    private static partial Regex Name();
}
