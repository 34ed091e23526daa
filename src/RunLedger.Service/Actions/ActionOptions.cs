using System.ComponentModel.DataAnnotations;

namespace RunLedger.Service.Actions;

/// <summary>The log of actions. Every default can stay as it is.</summary>
sealed class ActionOptions
{
    /// <summary>The configuration section, <c>Actions</c>.</summary>
    public const string Section = "Actions";

    /// <summary>How long an action stays that has come to its end; one that goes on stays.</summary>
    /// <value>The default is 400 days: a year can be looked back on whole.</value>
    [Range(typeof(TimeSpan), "1.00:00:00", "36500.00:00:00")]
    public TimeSpan KeepFor { get; set; } = TimeSpan.FromDays(400);
}
