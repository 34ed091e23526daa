using RunLedger.Service.Dossier;

namespace RunLedger.Tests.Dossier;

/// <summary>Groups of failures where they are many.</summary>
public sealed class FailureTallyTests
{
    const int Groups = FailureTally.MostListed + 300;

    [Fact]
    public void Of_many_groups_those_with_the_most_failures_are_listed_and_how_many_others_there_are_is_said()
    {
        var tally = new FailureTally("P");
        for (var group = 0; group < Groups; group++)
        {
            // The later the more often.
            for (var failure = 0; failure <= (group < 300 ? 0 : 1); failure++)
                tally.Add(null, $"error {Word(group)}", failure);
        }

        var (listed, groups, failures) = tally.Listed();

        Assert.Equal(FailureTally.MostListed, listed.Count);
        Assert.All(listed, group => Assert.Equal(2, group.Count));
        Assert.Equal((300, 300), (groups, failures));
    }

    // Numbers would be folded.
    static string Word(int number) => string.Concat($"{number}".Select(digit => (char)('a' + digit - '0')));
}
