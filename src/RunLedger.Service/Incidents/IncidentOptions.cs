using System.ComponentModel.DataAnnotations;

namespace RunLedger.Service.Incidents;

/// <summary>How incidents are looked for. Every default can stay as it is.</summary>
sealed class IncidentOptions
{
    /// <summary>The configuration section, <c>Incidents</c>.</summary>
    public const string Section = "Incidents";

    /// <summary>How often it is looked whether a rule's condition holds.</summary>
    /// <value>The default is 5 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// For how long nobody is told of a group of failures that somebody has acknowledged, although it fails again.
    /// </summary>
    /// <value>The default is a day.</value>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan SilenceFor { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long incidents that are over are kept, with what was told of them.</summary>
    /// <value>The default is 35 days.</value>
    [Range(typeof(TimeSpan), "01:00:00", "3653.00:00:00")]
    public TimeSpan KeepFor { get; set; } = TimeSpan.FromDays(35);
}
