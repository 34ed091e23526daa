namespace RunLedger.Service.Outward;

/// <summary>What became of a call.</summary>
/// <param name="Delivered">Whether it was taken.</param>
/// <param name="Said">What was answered, or why it was not taken, in words and without a secret.</param>
/// <param name="IsAboutMessage">Whether it is the message that is not taken, so that another one may be.</param>
/// <param name="RetryAfter">How long to wait, where the other side says so.</param>
sealed record OutwardResult(
    bool Delivered, string Said, bool IsAboutMessage = false, TimeSpan? RetryAfter = null)
{
    public static OutwardResult Failed(string why) => new(false, why);
}
