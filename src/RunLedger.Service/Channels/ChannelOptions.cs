using System.ComponentModel.DataAnnotations;

namespace RunLedger.Service.Channels;

/// <summary>How often a message is tried. Every default can stay as it is.</summary>
sealed class ChannelOptions
{
    /// <summary>The configuration section, <c>Channels</c>.</summary>
    public const string Section = "Channels";

    /// <summary>After the first failure; twice as long after each further one, up to ten minutes.</summary>
    /// <value>The default is 5 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a message is tried before it is given up: longer than a weekend.</summary>
    /// <value>The default is three days.</value>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(3);

    /// <summary>
    /// How long nothing may get through a channel, from the first failure on, before it counts as failing, and others
    /// are told of it.
    /// </summary>
    /// <value>The default is 5 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan FailingAfter { get; set; } = TimeSpan.FromMinutes(5);
}
