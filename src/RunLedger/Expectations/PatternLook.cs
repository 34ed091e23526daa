namespace RunLedger.Expectations;

/// <summary>
/// How far one look at a pattern has come: its next slice goes on there, and not where the look began, since most of
/// what lies between has its place by now. What is committed meanwhile is for the next look.
/// </summary>
/// <param name="At">The last run that was looked at.</param>
/// <param name="Begun">When the look began.</param>
/// <param name="CaughtUp">Up to when everything that was published was in the tables by then.</param>
/// <param name="HeardUntil">What the ledger has of it: another look, or another replica, has another.</param>
sealed record PatternLook(HeardPoint At, DateTime Begun, DateTime CaughtUp, DateTime HeardUntil)
{
    public bool IsAt(Expectation expected, DateTime caughtUp) =>
        expected.HeardUntil == HeardUntil && caughtUp == CaughtUp;
}
