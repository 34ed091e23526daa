using System.ComponentModel.DataAnnotations;

namespace RunLedger.Service.Standby;

/// <summary>
/// How the service reads from a standby, where <c>ConnectionStrings:PostgresReading</c> names one. Every default can
/// stay as it is.
/// </summary>
sealed class StandbyOptions
{
    /// <summary>The configuration section, <c>Standby</c>.</summary>
    public const string Section = "Standby";

    /// <summary>How far the standby may be behind before the service says that it is <c>Degraded</c>.</summary>
    /// <value>The default is 30 seconds. It is read from all the same, and every answer says how far it is.</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxBehind { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the answer to what an operator did waits for the standby to have it, so that what is read next shows
    /// it.
    /// </summary>
    /// <value>The default is one second; after that the same caller reads from the primary.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:30")]
    public TimeSpan ActionWait { get; set; } = TimeSpan.FromSeconds(1);
}
